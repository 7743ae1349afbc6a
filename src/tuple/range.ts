import { concatBytes } from '../bytes/index.js';
import type { TupleElement } from './element.js';
import { pack } from './pack.js';

const FIRST = Uint8Array.of(0x00);
const END = Uint8Array.of(0xff);

/**
 * The keys of all longer tuples that begin with these elements: from packed `‖ 00` up to, not including,
 * packed `‖ ff`. The tuple itself is not among them. Unlike a prefix range it leaves out `['a\0b']` under
 * `['a']`, whose packed bytes begin with those of `['a']`.
 *
 * @returns New arrays the caller owns.
 * @throws {TypeError | RangeError} As {@link pack}.
 */
export function tupleRange(elements: readonly TupleElement[]): { begin: Uint8Array; end: Uint8Array } {
  const packed = pack(elements);
  return { begin: concatBytes(packed, FIRST), end: concatBytes(packed, END) };
}
