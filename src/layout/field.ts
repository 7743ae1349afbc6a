import type { KeyReader } from './reader.js';

/** One typed part of a key. */
export interface Field<Value> {
  /** Names the encoding in notation, tables and the registry, for example `u64be`. */
  readonly type: string;
  /** Allowed values in a few words, for example `0 to 3`. */
  readonly domain: string;
  /** Whether the encoding is one or more elements of the tuple that the key's tail is. */
  readonly isTuple: boolean;
  /** Whether it takes the key up to its end, and part of a value selects every key that begins so. */
  readonly isOpenEnded: boolean;
  /** What the smallest value begins with; empty if there is nothing to tell. Where a range starts. */
  readonly least: Uint8Array;
  /** Length of every encoded value, if they are all of one length. Then `measure` need not be asked. */
  readonly fixedBytes?: number;

  /** Length of the encoded value in bytes. Errors are those of `write`. */
  measure(value: Value, name: string): number;
  /**
   * Checks and writes in one pass. Where the target is too short the result is beyond its end, or it throws.
   *
   * @returns The offset after the value.
   * @throws {TypeError} If the value is of another type.
   * @throws {RangeError} If it is outside the domain, or the target is too short.
   */
  write(value: Value, target: Uint8Array, offset: number, name: string): number;
  /** @throws {KeyspaceError} `key.malformed` or `tuple.malformed`. */
  read(reader: KeyReader): Value;
}

export const NO_BYTES = new Uint8Array(0);

/**
 * @throws {TypeError} If `value` is not a number.
 * @throws {RangeError} If it is not a whole number from `min` to `max`. -0 is refused: 0 has its bytes.
 */
export function assertWhole(value: number, min: number, max: number, name: string): void {
  if (!Number.isSafeInteger(value) || value < min || value > max || Object.is(value, -0)) {
    throw notWhole(value, min, max, name);
  }
}

function notWhole(value: number, min: number, max: number, name: string): TypeError | RangeError {
  if (typeof value !== 'number') return new TypeError(`${name} must be a number, not ${typeof value}`);
  return new RangeError(`${name} must be a whole number from ${min} to ${max}, not ${String(value)}`);
}

/** @throws {TypeError} If `value` is not a string. */
export function assertText(value: string, name: string): void {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string, not ${typeof value}`);
}
