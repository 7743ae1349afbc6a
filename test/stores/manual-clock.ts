import type { Clock } from '../../src/clock.js';

/** Time that passes when the test says so. */
export class ManualClock implements Clock {
  #nowMs = 0;
  #waiting: { readonly atMs: number; readonly callback: () => void }[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const waiter = { atMs: this.#nowMs + delayMs, callback };
    this.#waiting.push(waiter);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== waiter);
    };
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    const due = this.#waiting.filter(({ atMs }) => atMs <= this.#nowMs);
    this.#waiting = this.#waiting.filter((waiter) => !due.includes(waiter));
    for (const { callback } of due) callback();
  }
}
