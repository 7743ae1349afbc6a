import type { RangeOptions } from 'lmdb';
import { strinc } from '../../bytes/index.js';
import type { KeyRange } from '../../store/index.js';
import { storedBound } from './stored-key.js';
import type { View } from './view.js';

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

export interface Batch {
  readonly keys: readonly Uint8Array[];
  /** Where to go on; absent at the end of the range. */
  readonly rest?: StoredRange | undefined;
}

/**
 * Reads the next keys of a range in one go: no cursor stays open between the batches of a scan, since one that
 * outlives its transaction or environment crashes. Values are left to be read one by one, since the engine's cursors
 * copy each into memory of its own, which costs more than to look it up.
 */
export function readBatch(view: View, range: StoredRange, direction: Direction, keysMax: number): Batch {
  const keys = keysOf(view, { ...rangeOptions(view, range, direction), limit: keysMax });
  const last = keys.at(-1);
  if (last === undefined || keys.length < keysMax) return { keys };
  return { keys, rest: restOf(range, direction, last) };
}

/** Every stored key of a range, in order. */
export function readKeys(view: View, range: StoredRange): Uint8Array[] {
  return keysOf(view, rangeOptions(view, range, 'forward'));
}

function keysOf(view: View, options: RangeOptions): Uint8Array[] {
  try {
    return Array.from(view.data.getKeys(options));
  } catch (error) {
    throw view.readFailure(error);
  }
}

/** The first stored key that is not below `from`. */
export function seek(view: View, from: Uint8Array): Uint8Array | undefined {
  try {
    for (const key of view.data.getKeys({ start: from, ...transactionOf(view) })) return new Uint8Array(key);
  } catch (error) {
    throw view.readFailure(error);
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
