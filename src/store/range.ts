import { assertBytes, compareBytes, strinc } from '../bytes/index.js';
import type { KeyRange, ScanOptions } from './contract.js';

/**
 * All keys that begin with `prefix`.
 *
 * @throws {RangeError} If `prefix` is empty or all `ff`: such a range has no end.
 */
export function prefixRange(prefix: Uint8Array): Required<KeyRange> & { end: Uint8Array } {
  return { begin: prefix, end: strinc(prefix) };
}

/** Every key of a partition. */
export const WHOLE_PARTITION: KeyRange = { begin: new Uint8Array(0) };

export function inRange(key: Uint8Array, range: KeyRange): boolean {
  return compareBytes(key, range.begin) >= 0 && (range.end === undefined || compareBytes(key, range.end) < 0);
}

/** Whether no key can be in the range. */
export function isEmptyRange(range: KeyRange): boolean {
  return range.end !== undefined && compareBytes(range.begin, range.end) >= 0;
}

/**
 * @throws {TypeError} If a bound is not a `Uint8Array`, or `reverse` not a boolean.
 * @throws {RangeError} If the limit is not a whole number of 0 or more.
 */
export function assertScan(range: KeyRange, options: ScanOptions = {}): void {
  assertBytes(range.begin, 'range.begin');
  if (range.end !== undefined) assertBytes(range.end, 'range.end');
  const { limit, reverse } = options;
  if (reverse !== undefined && typeof reverse !== 'boolean') throw new TypeError('reverse must be a boolean');
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 0)) {
    throw new RangeError(`limit must be a whole number of 0 or more, not ${String(limit)}`);
  }
}
