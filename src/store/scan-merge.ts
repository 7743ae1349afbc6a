import { copyBytes } from '../bytes/index.js';
import { Cleared } from './cleared.js';
import type { Entry, EntrySize, KeyRange, ScanOptions } from './contract.js';
import { keyId } from './key-id.js';
import type { Layer, LayerEntry } from './layer.js';

/** What a scan gives of each key. */
export interface MergedItem {
  readonly key: Uint8Array;
}

/**
 * Lays the writes of some layers over one scan of the store. Takes them in when made, so later writes do not
 * show.
 */
export class ScanMerge<Item extends MergedItem> {
  readonly #itemOf: (key: Uint8Array, value: Uint8Array) => Item;
  readonly #cleared = new Cleared();
  readonly #entries: readonly LayerEntry[];
  readonly #options: ScanOptions;
  readonly #reverse: boolean;
  #at = 0;
  #remaining: number;

  private constructor(
    layers: readonly Layer[],
    range: KeyRange,
    options: ScanOptions,
    itemOf: (key: Uint8Array, value: Uint8Array) => Item,
  ) {
    this.#itemOf = itemOf;
    this.#options = options;
    this.#reverse = options.reverse ?? false;
    this.#remaining = options.limit ?? Number.POSITIVE_INFINITY;
    for (const { cleared } of layers) if (cleared !== undefined) this.#cleared.addAll(cleared);
    this.#entries = newestEntries(layers, range, this.#reverse);
  }

  static ofEntries(layers: readonly Layer[], range: KeyRange, options: ScanOptions): ScanMerge<Entry> {
    return new ScanMerge(layers, range, options, (key, value) => ({
      key: copyBytes(key),
      value: copyBytes(value),
    }));
  }

  static ofSizes(layers: readonly Layer[], range: KeyRange, options: ScanOptions): ScanMerge<EntrySize> {
    return new ScanMerge(layers, range, options, (key, value) => ({
      key: copyBytes(key),
      valueBytes: value.length,
    }));
  }

  /** How to scan the store for {@link over}. With writes in between, its entries may not all be wanted. */
  get storeOptions(): ScanOptions {
    return { reverse: this.#reverse, limit: this.#isEmpty ? this.#options.limit : undefined };
  }

  /** @param stored The store's items of the range, as of {@link storeOptions}. */
  *over(stored: Iterable<Item>): Generator<Item, void, undefined> {
    if (this.#isEmpty) {
      yield* stored;
      return;
    }
    if (this.#isDone) return;
    for (const entry of stored) {
      yield* this.#upTo(entry);
      if (this.#isDone) return;
    }
    yield* this.#rest();
  }

  /** As {@link over}. */
  async *overAsync(stored: AsyncIterable<Item>): AsyncGenerator<Item, void, undefined> {
    if (this.#isEmpty) {
      yield* stored;
      return;
    }
    if (this.#isDone) return;
    for await (const entry of stored) {
      yield* this.#upTo(entry);
      if (this.#isDone) return;
    }
    yield* this.#rest();
  }

  get #isEmpty(): boolean {
    return this.#entries.length === 0 && this.#cleared.isEmpty;
  }

  get #isDone(): boolean {
    return this.#remaining === 0;
  }

  /** Entries that come before the store's `stored`, then `stored` itself unless a layer replaces it. */
  *#upTo(stored: Item): Generator<Item, void, undefined> {
    const id = keyId(stored.key);
    for (; this.#at < this.#entries.length && !this.#isDone; this.#at++) {
      const entry = this.#entries[this.#at] as LayerEntry;
      if (entry.id === id || this.#isBefore(id, entry.id)) break;
      yield* this.#take(entry);
    }
    if (this.#isDone || this.#entries[this.#at]?.id === id) return;
    if (this.#cleared.hasId(id)) return;
    this.#remaining--;
    yield stored;
  }

  *#rest(): Generator<Item, void, undefined> {
    for (; this.#at < this.#entries.length && !this.#isDone; this.#at++) {
      yield* this.#take(this.#entries[this.#at] as LayerEntry);
    }
  }

  *#take({ key, value }: LayerEntry): Generator<Item, void, undefined> {
    if (value === null) return;
    this.#remaining--;
    yield this.#itemOf(key, value);
  }

  #isBefore(a: string, b: string): boolean {
    return this.#reverse ? a > b : a < b;
  }
}

/** Per key the write of the newest layer, in scan order. A key cleared later stays as a delete. */
function newestEntries(layers: readonly Layer[], range: KeyRange, reverse: boolean): LayerEntry[] {
  const newest = new Map<string, LayerEntry>();
  for (const layer of layers) {
    const { cleared } = layer;
    if (cleared !== undefined) {
      for (const [id, entry] of newest) if (cleared.hasId(id)) newest.set(id, { ...entry, value: null });
    }
    for (const entry of layer.entriesIn(range)) newest.set(entry.id, entry);
  }
  const entries = [...newest.values()];
  entries.sort((a, b) => (a.id < b.id === reverse ? 1 : -1));
  return entries;
}
