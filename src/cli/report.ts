import { type Clock, systemClock, type TransferCounts } from '../index.js';
import type { Surroundings } from './context.js';
import { jsonLine, Output } from './output.js';
import { Progress } from './progress.js';
import { plural } from './words.js';

const EVENT_EVERY_MS = 1_000;

/** Tells how far entries have come: on a terminal in one line, with `--json` in objects; and what was done. */
export class Report {
  readonly #json: boolean;
  readonly #progress: Progress | undefined;
  readonly #output: Output;
  readonly #clock: Clock;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  #counts: TransferCounts = { actors: 0, entries: 0, bytes: 0 };

  /** @param isOutputTaken Whether the standard output has data on it. */
  constructor(
    { stdout, stderr }: Pick<Surroundings, 'stdout' | 'stderr'>,
    { json, isOutputTaken }: { readonly json: boolean; readonly isOutputTaken: boolean },
    clock: Clock = systemClock,
  ) {
    this.#json = json;
    this.#progress = json ? undefined : new Progress(stderr, 'entries', clock);
    this.#output = new Output(isOutputTaken ? stderr : stdout);
    this.#clock = clock;
  }

  progress(done: string, counts: TransferCounts, totals?: TransferCounts): void {
    this.#counts = counts;
    this.#progress?.show(counts.entries, totals?.entries);
    const nowMs = this.#clock.monotonicMs();
    if (!this.#json || nowMs - this.#toldAtMs < EVENT_EVERY_MS) return;
    this.#toldAtMs = nowMs;
    const event = { type: 'progress', done, ...counts, ...(totals && { totals }) };
    // Whether anybody reads on shows with the summary.
    this.#output.line(jsonLine(event)).catch(() => {});
  }

  /** Takes the line of a terminal away. Idempotent. */
  endProgress(): void {
    this.#progress?.end();
  }

  /** The last counts, and what else there is to say: for programs an object, for people lines. */
  async summary(done: string, more: object = {}, notes: readonly string[] = []): Promise<void> {
    const { actors, entries, bytes } = this.#counts;
    const words = `${plural(actors, 'actor')}, ${plural(entries, 'entry', 'entries')}, ${plural(bytes, 'byte')}`;
    const lines = this.#json
      ? [jsonLine({ type: done, ...this.#counts, ...more })]
      : [`${done} ${words}`, ...notes];
    for (const line of lines) await this.#output.line(line);
  }
}
