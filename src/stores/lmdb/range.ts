import type { RangeOptions } from 'lmdb';
import { strinc } from '../../bytes/index.js';
import type { KeyRange } from '../../store/index.js';
import { engineFailure } from './failure.js';
import { storedBound } from './stored-key.js';
import { readValueBytes, type View } from './view.js';

export type Direction = 'forward' | 'reverse';

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

export interface StoredEntry {
  readonly key: Uint8Array;
  readonly sealed: Uint8Array;
}

export interface StoredSize {
  readonly key: Uint8Array;
  readonly valueBytes: number;
}

export interface Batch<Item> {
  readonly items: readonly Item[];
  /** Where to go on; absent at the end of the range. */
  readonly rest?: StoredRange | undefined;
}

/** A batch of large values ends before its number of entries is reached. */
const BATCH_BYTES = 1024 * 1024;

/**
 * Reads the next entries of a range in one go: no cursor stays open between the batches of a scan, since one
 * that outlives its transaction or environment crashes.
 */
export function readEntries(
  view: View,
  range: StoredRange,
  direction: Direction,
  entriesMax: number,
): Batch<StoredEntry> {
  const items: StoredEntry[] = [];
  let bytes = 0;
  try {
    for (const { key, value } of view.data.getRange(rangeOptions(view, range, direction))) {
      items.push({ key, sealed: value });
      bytes += value.length;
      if (items.length === entriesMax || bytes >= BATCH_BYTES)
        return { items, rest: restOf(range, direction, key) };
    }
  } catch (error) {
    throw engineFailure('read', error);
  }
  return { items };
}

/** As {@link readEntries}, but for the values. */
export function readSizes(
  view: View,
  range: StoredRange,
  direction: Direction,
  keysMax: number,
): Batch<StoredSize> {
  let keys: Uint8Array[];
  try {
    keys = Array.from(view.data.getKeys({ ...rangeOptions(view, range, direction), limit: keysMax }));
  } catch (error) {
    throw engineFailure('read', error);
  }
  const items = keys.map((key) => ({ key, valueBytes: readValueBytes(view, key) ?? 0 }));
  const last = keys.at(-1);
  if (last === undefined || keys.length < keysMax) return { items };
  return { items, rest: restOf(range, direction, last) };
}

/** Every stored key of a range, in order. */
export function readKeys(view: View, range: StoredRange): Uint8Array[] {
  try {
    return Array.from(view.data.getKeys(rangeOptions(view, range, 'forward')));
  } catch (error) {
    throw engineFailure('read', error);
  }
}

/** The first stored key that is not below `from`. */
export function seek(view: View, from: Uint8Array): Uint8Array | undefined {
  try {
    for (const key of view.data.getKeys({ start: from, ...transactionOf(view) })) return new Uint8Array(key);
  } catch (error) {
    throw engineFailure('read', error);
  }
  return undefined;
}

function restOf({ begin, end }: StoredRange, direction: Direction, last: Uint8Array): StoredRange {
  return direction === 'forward' ? { begin: last, afterBegin: true, end } : { begin, end: last };
}

function rangeOptions(view: View, range: StoredRange, direction: Direction): RangeOptions {
  const { begin, end, afterBegin = false } = range;
  const bounds =
    direction === 'forward'
      ? { start: begin, end, exclusiveStart: afterBegin }
      : { start: end, exclusiveStart: true, end: begin, inclusiveEnd: true, reverse: true };
  return { ...bounds, ...transactionOf(view) };
}

function transactionOf({ transaction }: View) {
  return transaction === undefined ? {} : { transaction };
}
