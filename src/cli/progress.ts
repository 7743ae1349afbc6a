import type { Writable } from 'node:stream';
import { type Clock, systemClock } from '../index.js';
import { number } from './words.js';

const SHOWN_EVERY_MS = 100;

const CLEAR_LINE = '\r\u001b[K';

/**
 * How far a long command has come: one line of a terminal, rewritten. Shows nothing on what is no terminal. It
 * must be ended before anything else is written to the terminal.
 */
export class Progress {
  readonly #stream: Writable | undefined;
  readonly #noun: string;
  readonly #clock: Clock;
  readonly #begunAtMs: number;
  #shownAtMs: number;
  #isShown = false;

  /** @param noun Of what is counted, in the plural. */
  constructor(stream: Writable & { readonly isTTY?: boolean }, noun: string, clock: Clock = systemClock) {
    this.#stream = stream.isTTY ? stream : undefined;
    this.#noun = noun;
    this.#clock = clock;
    this.#begunAtMs = clock.monotonicMs();
    this.#shownAtMs = this.#begunAtMs;
  }

  /**
   * Costs little where it is called often: most calls show nothing.
   *
   * @param total What the count will be in the end, if that is known.
   */
  show(count: number, total?: number): void {
    if (this.#stream === undefined) return;
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#shownAtMs < SHOWN_EVERY_MS) return;
    this.#shownAtMs = nowMs;
    this.#isShown = true;
    const perSecond = number(Math.round((1_000 * count) / (nowMs - this.#begunAtMs)));
    const all = total === undefined ? '' : ` of ${number(total)}`;
    this.#stream.write(`${CLEAR_LINE}${number(count)}${all} ${this.#noun}, ${perSecond} a second`);
  }

  /** Takes the line away. Idempotent. */
  end(): void {
    if (this.#isShown) this.#stream?.write(CLEAR_LINE);
    this.#isShown = false;
  }
}
