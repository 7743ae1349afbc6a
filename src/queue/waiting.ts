import type { QueueSession } from './session.js';

/** Waiting that comes to an end: by a time, or by a signal. */
export class Wait {
  readonly #session: QueueSession;
  readonly #signal: AbortSignal | undefined;
  readonly #endMs: number;

  /**
   * @param waitMs How long in all, measured by the clock that never goes back.
   * @throws {TypeError} If there is something to wait for inside a transaction, in which nothing else happens.
   */
  constructor(session: QueueSession, waitMs: number, signal: AbortSignal | undefined) {
    if (session.isInTransaction && waitMs > 0) {
      throw new TypeError('nothing can be waited for inside a transaction');
    }
    signal?.throwIfAborted();
    this.#session = session;
    this.#signal = signal;
    this.#endMs = session.access.clock.monotonicMs() + waitMs;
  }

  /**
   * Waits until something may have happened since `version`.
   *
   * @param mostMs At most for so long.
   * @returns Whether to look again: false once the time is over.
   * @throws What the signal was aborted with.
   */
  async for(version: number, mostMs = Number.POSITIVE_INFINITY): Promise<boolean> {
    const { clock } = this.#session.access;
    const leftMs = this.#endMs - clock.monotonicMs();
    if (leftMs <= 0) return false;
    await this.#session.room.wait(version, Math.max(0, Math.min(leftMs, mostMs)), clock, this.#signal);
    this.#signal?.throwIfAborted();
    return true;
  }
}

/** @throws {RangeError} If it is not a number of 0 or more. */
export function assertWait(waitMs: number, name: string): void {
  if (typeof waitMs === 'number' && waitMs >= 0) return;
  throw new RangeError(`${name} must be 0 or more, or Infinity, not ${String(waitMs)}`);
}
