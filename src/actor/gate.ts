import type { Clock } from '../clock.js';
import { KeyspaceError } from '../errors.js';

/** A transaction may take as long as its callback does; a write holds the gate while the store answers. */
export type Holder = 'transaction' | 'write';

interface Waiter {
  readonly holder: Holder;
  readonly enter: () => void;
  stopTimer: () => void;
}

/**
 * Lets one holder in at a time, first come first served, and turns away who waited too long for a transaction.
 */
export class Gate {
  readonly #waitMsMax: number;
  readonly #clock: Clock;
  readonly #waiting: Waiter[] = [];
  #holder: Holder | undefined;

  constructor(waitMsMax: number, clock: Clock) {
    this.#waitMsMax = waitMsMax;
    this.#clock = clock;
  }

  get isFree(): boolean {
    return this.#holder === undefined;
  }

  /**
   * Resolves once the caller holds the gate; `leave` must follow.
   *
   * @throws {KeyspaceError} `transaction.timeout`: the usual cause is a call on the actor from inside its own
   * transaction, which would otherwise wait for itself for ever.
   */
  enter(holder: Holder): Promise<void> {
    if (this.#holder === undefined) {
      this.#holder = holder;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { holder, enter: resolve, stopTimer: () => {} };
      this.#waiting.push(waiter);
      this.#watch(waiter, reject);
    });
  }

  leave(): void {
    const next = this.#waiting.shift();
    this.#holder = next?.holder;
    next?.stopTimer();
    next?.enter();
  }

  #watch(waiter: Waiter, reject: (error: unknown) => void): void {
    const startMs = this.#clock.monotonicMs();
    waiter.stopTimer = this.#clock.after(this.#waitMsMax, () => {
      // Writes make way as fast as the store answers, however many there are.
      if (this.#holder === 'write') return this.#watch(waiter, reject);
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
      reject(this.#timeout(Math.round(this.#clock.monotonicMs() - startMs)));
    });
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
