import { encodeUtf8 } from '../bytes/index.js';
import { kvEntry } from '../layout/index.js';
import type { KeyRange } from '../store/index.js';

/** Bytes, or text that stands for its UTF-8 bytes. */
export type KvBytes = Uint8Array | string;

/**
 * Which user keys: those that begin with `prefix`, or from `begin` (inclusive) to `end` (exclusive), bytewise.
 * Nothing given means all.
 */
export type KvSelection =
  | { readonly prefix?: KvBytes | undefined; readonly begin?: undefined; readonly end?: undefined }
  | { readonly prefix?: undefined; readonly begin?: KvBytes | undefined; readonly end?: KvBytes | undefined };

/**
 * @returns The array given, or a new one of the text's bytes.
 * @throws {TypeError} If it is neither bytes nor a string.
 * @throws {RangeError} If the text holds a lone surrogate.
 */
export function toBytes(bytesOrText: KvBytes, what: string): Uint8Array {
  if (typeof bytesOrText === 'string') return encodeUtf8(bytesOrText);
  if (bytesOrText instanceof Uint8Array) return bytesOrText;
  throw new TypeError(`${what} must be a Uint8Array or a string, not ${typeof bytesOrText}`);
}

/** The stored key of a user key, a new array. Throws as {@link toBytes}. */
export function storedKey(key: KvBytes): Uint8Array {
  return kvEntry.encode({ userKey: toBytes(key, 'key') });
}

const SELECTION = ['prefix', 'begin', 'end'];

/**
 * Stored keys of a selection; never beyond the user keys of the actor.
 *
 * @param others Properties that may stand beside the selection's own.
 * @throws {TypeError} If it is no selection, has another property, or both a prefix and a bound are given.
 * Otherwise as {@link toBytes}.
 */
export function storedRange(
  selection: KvSelection,
  others: readonly string[] = [],
): Required<KeyRange> & { end: Uint8Array } {
  // Anything else has none of the properties, and would select every key.
  if (typeof selection !== 'object' || selection === null || selection instanceof Uint8Array) {
    throw new TypeError('a selection must be an object with a prefix, or with a begin and an end');
  }
  // So would a misspelt one.
  for (const name of Object.keys(selection)) {
    if (!SELECTION.includes(name) && !others.includes(name)) throw new TypeError(`unknown option ${name}`);
  }
  const { prefix, begin, end } = selection;
  if (prefix !== undefined) {
    if (begin !== undefined || end !== undefined)
      throw new TypeError('give either prefix or begin and end, not both');
    return kvEntry.range({ userKey: toBytes(prefix, 'prefix') });
  }
  const all = kvEntry.range();
  return {
    begin: begin === undefined ? all.begin : storedKey(begin),
    end: end === undefined ? all.end : storedKey(end),
  };
}
