import type { Clock } from '../clock.js';

/** No timer runs for longer, so that a clock that was set ahead is noticed. */
const WAIT_MS_MAX = 60_000;

/**
 * Where whoever waits for something to happen to an actor's queue is told that it has. Shared by all that use the
 * queue of one open actor; nothing of the queue's contents is kept here.
 */
export class QueueRoom {
  readonly #waiting = new Set<() => void>();
  #version = 0;
  /** Whether the index was counted since the actor was opened. */
  isVerified = false;
  #repair: Promise<void> | undefined;

  /** Changes with everything that {@link changed} tells. */
  get version(): number {
    return this.#version;
  }

  /** Something may have happened: whoever waits looks again. */
  changed(): void {
    this.#version++;
    for (const wake of [...this.#waiting]) wake();
  }

  /** Runs `repair`, or waits for the one that is under way. */
  repaired(repair: () => Promise<void>): Promise<void> {
    this.#repair ??= repair().finally(() => {
      this.#repair = undefined;
    });
    return this.#repair;
  }

  /**
   * Resolves when something has happened since `version`, after `waitMs`, after a minute, or when the signal aborts.
   *
   * @param waitMs 0 or more; `Infinity`.
   */
  wait(version: number, waitMs: number, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
    if (version !== this.#version || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        callOff();
        this.#waiting.delete(done);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const callOff = clock.after(Math.min(Math.ceil(waitMs), WAIT_MS_MAX), done);
      this.#waiting.add(done);
      signal?.addEventListener('abort', done, { once: true });
    });
  }
}
