import type { Clock } from '../clock.js';
import { KeyspaceError } from '../errors.js';

interface Waiter {
  readonly enter: () => void;
  readonly stopTimer: () => void;
}

/** Lets one holder in at a time, first come first served, and turns away who waited too long. */
export class Gate {
  readonly #waitMsMax: number;
  readonly #clock: Clock;
  readonly #waiting: Waiter[] = [];
  #held = false;

  constructor(waitMsMax: number, clock: Clock) {
    this.#waitMsMax = waitMsMax;
    this.#clock = clock;
  }

  get isFree(): boolean {
    return !this.#held;
  }

  /**
   * Resolves once the caller holds the gate; `leave` must follow.
   *
   * @throws {KeyspaceError} `transaction.timeout`: the usual cause is a call on the actor from inside its own
   * transaction, which would otherwise wait for itself for ever.
   */
  enter(): Promise<void> {
    if (!this.#held) {
      this.#held = true;
      return Promise.resolve();
    }
    const startMs = this.#clock.monotonicMs();
    return new Promise((resolve, reject) => {
      const stopTimer = this.#clock.after(this.#waitMsMax, () => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(this.#timeout(Math.round(this.#clock.monotonicMs() - startMs)));
      });
      const waiter: Waiter = { enter: resolve, stopTimer };
      this.#waiting.push(waiter);
    });
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#held = false;
      return;
    }
    next.stopTimer();
    next.enter();
  }

  #timeout(waitMs: number): KeyspaceError {
    const waitMsMax = this.#waitMsMax;
    return new KeyspaceError(
      'transaction.timeout',
      `waited ${waitMs} ms for the actor's open transaction, the limit is ${waitMsMax}; inside a transaction, use its own handle`,
      { waitMs, waitMsMax },
    );
  }
}
