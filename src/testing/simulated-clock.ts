import { type Clock, DELAY_MS_MAX } from '../clock.js';

export interface SimulatedClockOptions {
  /** What `nowMs` begins with, a safe integer. Default 1,750,000,000,000, in June 2025. */
  readonly nowMs?: number | undefined;
}

interface Timer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/**
 * A clock that stands still until it is told to go on.
 *
 * Time goes on only in {@link advance} and {@link advanceToNext}, which call what has become due, in the order of
 * the due times and, of equal ones, in the order of the calls of {@link after}. A callback may use the clock in
 * every way, `advance` included.
 */
export class SimulatedClock implements Clock {
  readonly #timers: Timer[] = [];
  #monotonicMs = 0;
  /** What the wall clock is ahead of the other. */
  #aheadMs: number;

  /** @throws {RangeError} If `nowMs` is not a safe integer. */
  constructor({ nowMs = 1_750_000_000_000 }: SimulatedClockOptions = {}) {
    assertWhole(nowMs, 'nowMs');
    this.#aheadMs = nowMs;
  }

  nowMs(): number {
    return this.#aheadMs + this.#monotonicMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  /** How many timers wait. */
  get pendingCount(): number {
    return this.#timers.length;
  }

  /** @throws {RangeError} If `delayMs` is not from 0 to 2^31 - 1. */
  after(delayMs: number, callback: () => void): () => void {
    if (!(delayMs >= 0 && delayMs <= DELAY_MS_MAX)) {
      throw new RangeError(`delayMs must be from 0 to ${DELAY_MS_MAX}, not ${String(delayMs)}`);
    }
    const timer: Timer = { dueMs: this.#monotonicMs + Math.ceil(delayMs), callback };
    const later = this.#timers.findIndex(({ dueMs }) => dueMs > timer.dueMs);
    this.#timers.splice(later === -1 ? this.#timers.length : later, 0, timer);
    return () => {
      const at = this.#timers.indexOf(timer);
      if (at !== -1) this.#timers.splice(at, 1);
    };
  }

  /**
   * Sets the wall clock, back or ahead, as its operator might. No time passes and no timer is called.
   *
   * @throws {RangeError} If it is not a safe integer.
   */
  setNowMs(nowMs: number): void {
    assertWhole(nowMs, 'nowMs');
    this.#aheadMs = nowMs - this.#monotonicMs;
  }

  /**
   * Lets time pass, on both clocks, and calls what becomes due on the way, at its time.
   *
   * @param ms A whole number of 0 or more.
   * @throws What a callback throws, once all that is due has been called; an `AggregateError` of several.
   * @throws {RangeError} If `ms` is not such a number.
   */
  advance(ms: number): void {
    assertWhole(ms, 'ms');
    if (ms < 0) throw new RangeError(`ms must be 0 or more, not ${ms}`);
    this.#advanceTo(this.#monotonicMs + ms);
  }

  /**
   * Lets time pass until the next timer is due, and calls everything due at that time.
   *
   * @returns Whether there was a timer.
   * @throws As {@link advance}.
   */
  advanceToNext(): boolean {
    const [next] = this.#timers;
    if (next === undefined) return false;
    this.#advanceTo(next.dueMs);
    return true;
  }

  #advanceTo(targetMs: number): void {
    const errors: unknown[] = [];
    for (let [next] = this.#timers; next !== undefined && next.dueMs <= targetMs; [next] = this.#timers) {
      this.#timers.shift();
      // A callback may have let time pass beyond it.
      this.#monotonicMs = Math.max(this.#monotonicMs, next.dueMs);
      try {
        next.callback();
      } catch (error) {
        errors.push(error);
      }
    }
    this.#monotonicMs = Math.max(this.#monotonicMs, targetMs);
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, `${errors.length} callbacks of timers threw`);
  }
}

function assertWhole(number: number, what: string): void {
  if (!Number.isSafeInteger(number)) {
    throw new RangeError(`${what} must be a safe integer, not ${String(number)}`);
  }
}
