import type { Transaction } from 'lmdb';
import { strinc, toHex } from '../../bytes/index.js';
import { KeyspaceError } from '../../errors.js';
import {
  assertKey,
  assertPartition,
  assertScan,
  COMMON_LIMITS,
  type Entry,
  isEmptyRange,
  type KeyRange,
  partitionLength,
  type Reader,
  type ScanOptions,
  type SyncReader,
} from '../../store/index.js';
import { unseal } from './envelope.js';
import type { BytesDatabase } from './environment.js';
import { engineFailure } from './failure.js';
import { type Direction, readBatch, seek } from './range.js';
import { storedBound, storedKey } from './stored-key.js';

/** Where reads come from: a transaction, or the current one if there is none. */
export interface View {
  readonly data: BytesDatabase;
  readonly transaction?: Transaction | undefined;
}

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

  scan(partition: Uint8Array, range: KeyRange, options: ScanOptions = {}): Iterable<Entry> {
    this.#source.view();
    assertPartition(partition);
    assertScan(range, options);
    if (isEmptyRange(range) || options.limit === 0) return [];
    return this.#entries(partition.length, storedRange(partition, range), options);
  }

  *listPartitions(): Generator<Uint8Array> {
    const held = this.#source.hold();
    try {
      // Every partition begins with a higher byte.
      let from: Uint8Array | undefined = Uint8Array.of(0);
      while (from !== undefined) {
        const found = seek(held.view(), from);
        if (found === undefined) return;
        const partition = found.slice(0, partitionLength(found));
        from = strinc(partition);
        yield partition;
      }
    } finally {
      held.release();
    }
  }

  *#entries(partitionBytes: number, range: StoredRange, options: ScanOptions): Generator<Entry> {
    const direction: Direction = options.reverse ? 'reverse' : 'forward';
    let left = options.limit ?? Number.POSITIVE_INFINITY;
    const held = this.#source.hold();
    try {
      for (let batchMax = BATCH_FIRST; left > 0; batchMax = Math.min(2 * batchMax, BATCH_MAX)) {
        const batch = readBatch(held.view(), range, direction, Math.min(left, batchMax));
        for (const { key, sealed } of batch.entries) {
          held.view();
          yield openEntry(partitionBytes, key, sealed);
        }
        if (batch.rest === undefined) return;
        range = batch.rest;
        left -= batch.entries.length;
      }
    } finally {
      held.release();
    }
  }
}

const BATCH_FIRST = 16;
const BATCH_MAX = 256;

/** Stored keys, from `begin` (inclusive, unless it is marked) to `end` (exclusive). */
export interface StoredRange {
  readonly begin: Uint8Array;
  readonly end: Uint8Array;
  /** Where a batch left off. */
  readonly afterBegin?: boolean | undefined;
}

/** The end is always given: without one, the engine's reverse scans pass over the lowest keys. */
export function storedRange(partition: Uint8Array, { begin, end }: KeyRange): StoredRange {
  return {
    begin: storedBound(partition, begin),
    end: end === undefined ? strinc(partition) : storedBound(partition, end),
  };
}

export function readValue(view: View, partition: Uint8Array, key: Uint8Array): Uint8Array | undefined {
  const { data, transaction } = view;
  const stored = storedKey(partition, key);
  let found: Buffer | undefined;
  try {
    found = data.getBinaryFast(stored, transaction && { transaction });
  } catch (error) {
    throw engineFailure('read', error);
  }
  if (found === undefined) return undefined;
  const value = unseal(stored, found.subarray(0, data.lastSize));
  if (typeof value === 'string') throw corruptValue(key, value);
  return value;
}

function openEntry(partitionBytes: number, stored: Uint8Array, sealed: Uint8Array): Entry {
  const key = new Uint8Array(stored.subarray(partitionBytes));
  const value = unseal(stored, sealed);
  if (typeof value === 'string') throw corruptValue(key, value);
  return { key, value };
}

function corruptValue(key: Uint8Array, reason: string): KeyspaceError<'value.corrupt'> {
  return new KeyspaceError('value.corrupt', `the stored value is damaged: ${reason}`, { keyHex: toHex(key), reason });
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

  listPartitions(): AsyncIterable<Uint8Array> {
    return later(this.#reader.listPartitions());
  }
}

async function* later<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}
