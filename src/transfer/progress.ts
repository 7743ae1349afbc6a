const ENTRIES_BETWEEN = 1_000;
const BYTES_BETWEEN = 4 * 1_024 * 1_024;

/** How much has passed. */
export interface TransferCounts {
  readonly actors: number;
  readonly entries: number;
  /** Keys and values of the entries together. */
  readonly bytes: number;
}

/** Counts what passes, and tells of it every 1,000 entries or 4 MiB. */
export class Meter {
  readonly #tell: (counts: TransferCounts) => void;
  readonly #counts = { actors: 0, entries: 0, bytes: 0 };
  #toldEntries = 0;
  #toldBytes = 0;

  constructor(tell: (counts: TransferCounts) => void) {
    this.#tell = tell;
  }

  actor(): void {
    this.#counts.actors++;
  }

  entry(key: Uint8Array, value: Uint8Array): void {
    const counts = this.#counts;
    counts.entries++;
    counts.bytes += key.length + value.length;
    const { entries, bytes } = counts;
    if (entries - this.#toldEntries >= ENTRIES_BETWEEN || bytes - this.#toldBytes >= BYTES_BETWEEN) {
      this.tell();
    }
  }

  tell(): void {
    this.#toldEntries = this.#counts.entries;
    this.#toldBytes = this.#counts.bytes;
    this.#tell({ ...this.#counts });
  }

  get counts(): TransferCounts {
    return this.#counts;
  }
}
