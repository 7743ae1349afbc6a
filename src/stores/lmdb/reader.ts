import { compareBytes, copyBytesFrom, strinc } from '../../bytes/index.js';
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
import { engineFailure } from './failure.js';
import { type Direction, readBatch, type StoredRange, seek, storedRange } from './range.js';
import { storedKey } from './stored-key.js';
import { corruptValue, readStored, readStoredBytes, readValue, type View } from './view.js';

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
    return keys.map((key) => readStoredBytes(view, storedKey(partition, key)));
  }

  scan(partition: Uint8Array, range: KeyRange, options: ScanOptions = {}): Iterable<Entry> {
    return this.#scan(partition, range, options, (view, stored) => {
      const key = copyBytesFrom(stored, partition.length);
      return { key, value: readStored(view, stored, key) ?? lost(key) };
    });
  }

  scanSizes(partition: Uint8Array, range: KeyRange, options: ScanOptions = {}): Iterable<EntrySize> {
    return this.#scan(partition, range, options, (view, stored) => {
      const key = copyBytesFrom(stored, partition.length);
      return { key, valueBytes: readStoredBytes(view, stored) ?? lost(key) };
    });
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

  #scan<Item>(
    partition: Uint8Array,
    range: KeyRange,
    options: ScanOptions,
    read: Read<Item>,
  ): Iterable<Item> {
    this.#source.view();
    assertPartition(partition);
    assertScan(range, options);
    if (isEmptyRange(range) || options.limit === 0) return [];
    return this.#items(storedRange(partition, range), options, read);
  }

  *#items<Item>(range: StoredRange, options: ScanOptions, read: Read<Item>): Generator<Item> {
    const direction: Direction = options.reverse ? 'reverse' : 'forward';
    let left = options.limit ?? Number.POSITIVE_INFINITY;
    const held = this.#source.hold();
    try {
      for (let batchMax = BATCH_FIRST; left > 0; batchMax = Math.min(2 * batchMax, BATCH_MAX)) {
        const { keys, rest } = readBatch(held.view(), range, direction, Math.min(left, batchMax));
        for (const stored of keys) yield read(held.view(), stored);
        if (rest === undefined) return;
        range = rest;
        left -= keys.length;
      }
    } finally {
      held.release();
    }
  }
}

/** What is asked of each stored key of a scan. */
type Read<Item> = (view: View, stored: Uint8Array) => Item;

const BATCH_FIRST = 16;
const BATCH_MAX = 256;

function lost(key: Uint8Array): never {
  throw corruptValue(key, 'the key is there and the value is not');
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
