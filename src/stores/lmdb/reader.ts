import { compareBytes, strinc } from '../../bytes/index.js';
import {
  assertKey,
  assertPartition,
  assertScan,
  COMMON_LIMITS,
  type Entry,
  type EntrySize,
  inRange,
  isEmptyRange,
  type KeyRange,
  partitionLength,
  type Reader,
  type ScanOptions,
  type SyncReader,
  WHOLE_PARTITION,
} from '../../store/index.js';
import { unseal } from './envelope.js';
import { engineFailure } from './failure.js';
import {
  type Batch,
  type Direction,
  readEntries,
  readSizes,
  type StoredRange,
  seek,
  storedRange,
} from './range.js';
import { storedKey } from './stored-key.js';
import { corruptValue, readValue, readValueBytes, type View } from './view.js';

/** Lends a view for as long as a scan takes. */
export interface ViewSource {
  /** @throws {KeyspaceError} `store.closed`. */
  view(): View;
  /** As {@link view}, but seeing one instant until released. */
  hold(): { view(): View; release(): void };
}

/** Reads whose answers are verified copies. */
export class LmdbReader implements SyncReader {
  readonly #source: ViewSource;

  constructor(source: ViewSource) {
    this.#source = source;
  }

  get(partition: Uint8Array, key: Uint8Array): Uint8Array | undefined {
    const view = this.#source.view();
    assertPartition(partition);
    assertKey(key, COMMON_LIMITS);
    return readValue(view, partition, key);
  }

  getMany(partition: Uint8Array, keys: readonly Uint8Array[]): (Uint8Array | undefined)[] {
    const view = this.#source.view();
    assertPartition(partition);
    for (const key of keys) assertKey(key, COMMON_LIMITS);
    return keys.map((key) => readValue(view, partition, key));
  }

  getSizes(partition: Uint8Array, keys: readonly Uint8Array[]): (number | undefined)[] {
    const view = this.#source.view();
    assertPartition(partition);
    for (const key of keys) assertKey(key, COMMON_LIMITS);
    return keys.map((key) => readValueBytes(view, storedKey(partition, key)));
  }

  scan(partition: Uint8Array, range: KeyRange, options: ScanOptions = {}): Iterable<Entry> {
    return this.#scan(partition, range, options, readEntries, ({ key, sealed }) =>
      openEntry(partition.length, key, sealed),
    );
  }

  scanSizes(partition: Uint8Array, range: KeyRange, options: ScanOptions = {}): Iterable<EntrySize> {
    return this.#scan(partition, range, options, readSizes, ({ key, valueBytes }) => ({
      key: new Uint8Array(key.subarray(partition.length)),
      valueBytes,
    }));
  }

  *listPartitions(range: KeyRange = WHOLE_PARTITION): Generator<Uint8Array> {
    assertScan(range);
    const held = this.#source.hold();
    try {
      // The engine has no empty key; every partition begins with a higher byte than this.
      let from: Uint8Array = range.begin.length === 0 ? Uint8Array.of(0) : range.begin;
      for (;;) {
        const found = seek(held.view(), from);
        if (found === undefined) return;
        const partitionBytes = partitionLength(found);
        if (partitionBytes === -1)
          throw engineFailure('list partitions', new Error('a key is in no partition'));
        const partition = found.slice(0, partitionBytes);
        if (range.end && compareBytes(partition, range.end) >= 0) return;
        from = strinc(partition);
        if (inRange(partition, range)) yield partition;
      }
    } finally {
      held.release();
    }
  }

  #scan<Stored, Item>(
    partition: Uint8Array,
    range: KeyRange,
    options: ScanOptions,
    read: ReadBatch<Stored>,
    open: (stored: Stored) => Item,
  ): Iterable<Item> {
    this.#source.view();
    assertPartition(partition);
    assertScan(range, options);
    if (isEmptyRange(range) || options.limit === 0) return [];
    return this.#items(storedRange(partition, range), options, read, open);
  }

  *#items<Stored, Item>(
    range: StoredRange,
    options: ScanOptions,
    read: ReadBatch<Stored>,
    open: (stored: Stored) => Item,
  ): Generator<Item> {
    const direction: Direction = options.reverse ? 'reverse' : 'forward';
    let left = options.limit ?? Number.POSITIVE_INFINITY;
    const held = this.#source.hold();
    try {
      for (let batchMax = BATCH_FIRST; left > 0; batchMax = Math.min(2 * batchMax, BATCH_MAX)) {
        const batch = read(held.view(), range, direction, Math.min(left, batchMax));
        for (const stored of batch.items) {
          held.view();
          yield open(stored);
        }
        if (batch.rest === undefined) return;
        range = batch.rest;
        left -= batch.items.length;
      }
    } finally {
      held.release();
    }
  }
}

type ReadBatch<Stored> = (
  view: View,
  range: StoredRange,
  direction: Direction,
  itemsMax: number,
) => Batch<Stored>;

const BATCH_FIRST = 16;
const BATCH_MAX = 256;

function openEntry(partitionBytes: number, stored: Uint8Array, sealed: Uint8Array): Entry {
  const key = new Uint8Array(stored.subarray(partitionBytes));
  const value = unseal(stored, sealed);
  if (typeof value === 'string') throw corruptValue(key, value);
  return { key, value };
}

/** The same reads as promises: what LMDB has mapped needs no waiting. */
export class AsyncLmdbReader implements Reader {
  readonly #reader: LmdbReader;

  constructor(reader: LmdbReader) {
    this.#reader = reader;
  }

  async get(partition: Uint8Array, key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#reader.get(partition, key);
  }

  async getMany(partition: Uint8Array, keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return this.#reader.getMany(partition, keys);
  }

  scan(partition: Uint8Array, range: KeyRange, options?: ScanOptions): AsyncIterable<Entry> {
    return later(this.#reader.scan(partition, range, options));
  }

  async getSizes(partition: Uint8Array, keys: readonly Uint8Array[]): Promise<(number | undefined)[]> {
    return this.#reader.getSizes(partition, keys);
  }

  scanSizes(partition: Uint8Array, range: KeyRange, options?: ScanOptions): AsyncIterable<EntrySize> {
    return later(this.#reader.scanSizes(partition, range, options));
  }

  listPartitions(range?: KeyRange): AsyncIterable<Uint8Array> {
    return later(this.#reader.listPartitions(range));
  }
}

async function* later<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}
