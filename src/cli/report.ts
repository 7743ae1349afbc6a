import type { TransferCounts } from '../index.js';
import type { Surroundings } from './context.js';
import { jsonLine, Output } from './output.js';

const JSON_MS = 1_000;
const TERMINAL_MS = 100;
const LINE_START = '\r\u001b[K';

/** Tells how far long work is: on a terminal in one line, with `--json` in objects; and in the end what it did. */
export class Report {
  readonly #json: boolean;
  readonly #terminal: Surroundings['stderr'] | undefined;
  readonly #output: Output;
  readonly #startMs = performance.now();
  #lastMs = Number.NEGATIVE_INFINITY;
  #isShown = false;
  #counts: TransferCounts = { actors: 0, entries: 0, bytes: 0 };

  /** @param isOutputTaken Whether the standard output has data on it. */
  constructor(
    { stdout, stderr }: Surroundings,
    { json, isOutputTaken }: { readonly json: boolean; readonly isOutputTaken: boolean },
  ) {
    this.#json = json;
    this.#terminal = !json && stderr.isTTY ? stderr : undefined;
    this.#output = new Output(isOutputTaken ? stderr : stdout);
  }

  /** For work that counts: remembers the last counts, for the summary. */
  counting(done: string): (counts: TransferCounts) => void {
    return (counts) => this.progress(done, counts);
  }

  progress(done: string, counts: TransferCounts, totals?: TransferCounts): void {
    this.#counts = counts;
    const nowMs = performance.now();
    if (nowMs - this.#lastMs < (this.#json ? JSON_MS : TERMINAL_MS)) return;
    this.#lastMs = nowMs;
    if (this.#json) {
      const event = { type: 'progress', done, ...counts, ...(totals && { totals }) };
      // Whether anybody reads on shows with the summary.
      this.#output.line(jsonLine(event)).catch(() => {});
    }
    const seconds = (nowMs - this.#startMs) / 1_000;
    const rate = seconds < 1 ? '' : `, ${whole(counts.entries / seconds)} entries/s`;
    const share = totals?.bytes ? ` (${Math.floor((100 * counts.bytes) / totals.bytes)}%)` : '';
    this.#terminal?.write(`${LINE_START}${done} ${inWords(counts)}${share}${rate}`);
    this.#isShown = this.#terminal !== undefined;
  }

  /** Clears the line. */
  endProgress(): void {
    if (this.#isShown) this.#terminal?.write(LINE_START);
    this.#isShown = false;
  }

  /** The last counts, and what else there is to say: for programs an object, for people lines. */
  async summary(done: string, more: object = {}, notes: readonly string[] = []): Promise<void> {
    const lines = this.#json
      ? [jsonLine({ type: done, ...this.#counts, ...more })]
      : [`${done} ${inWords(this.#counts)}`, ...notes];
    for (const line of lines) await this.#output.line(line);
  }
}

function inWords({ actors, entries, bytes }: TransferCounts): string {
  const parts = [
    [actors, 'actor', 'actors'],
    [entries, 'entry', 'entries'],
    [bytes, 'byte', 'bytes'],
  ] as const;
  return parts.map(([count, one, many]) => `${whole(count)} ${count === 1 ? one : many}`).join(', ');
}

function whole(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}
