import { concatBytes } from '../bytes/index.js';
import type { TupleElement } from './element.js';
import { writeElements } from './write-element.js';
import { TupleWriter } from './writer.js';

/**
 * Encodes a tuple in the FoundationDB tuple encoding, in which byte order is the order of the tuples.
 *
 * Integers take the shortest form, those of up to 8 bytes the one without a length byte. Nothing is
 * converted on the way: what has no exact encoding is refused.
 *
 * @returns A new array the caller owns; empty for the empty tuple.
 * @throws {TypeError} If `elements` is not an array, or an element is of no type a tuple has: `undefined`
 * (a hole in an array too), other objects, an incomplete versionstamp.
 * @throws {RangeError} If an element has a type but no encoding: a number that is not a safe integer or
 * is -0, an integer of over 255 bytes, text with a lone surrogate, nesting deeper than
 * {@link TUPLE_DEPTH_MAX} (a cyclic array too), a wrong length or bits out of range in a tagged element.
 *
 * @example
 * toHex(pack(['queue', 1])); // '02717565756500' + '1501'
 */
export function pack(elements: readonly TupleElement[]): Uint8Array {
  const writer = new TupleWriter();
  writeElements(writer, elements);
  return writer.finish();
}

/**
 * Encodes a tuple with one incomplete versionstamp as FoundationDB's versionstamp operations take it:
 * `prefix ‖ packed tuple ‖ offset`, where `offset` is the position of the 10 bytes to fill in as an
 * unsigned 32-bit little-endian integer. The prefix counts.
 *
 * @returns A new array the caller owns.
 * @throws {TypeError} As {@link pack}, and if `prefix` is not a `Uint8Array`.
 * @throws {RangeError} As {@link pack}, and if the tuple has no or several incomplete versionstamps.
 */
export function packWithVersionstamp(
  elements: readonly TupleElement[],
  prefix: Uint8Array = new Uint8Array(0),
): Uint8Array {
  if (!(prefix instanceof Uint8Array)) throw new TypeError('prefix is not a Uint8Array');
  const writer = new TupleWriter();
  const stampOffsets: number[] = [];
  writeElements(writer, elements, stampOffsets);
  const [stampOffset] = stampOffsets;
  if (stampOffset === undefined || stampOffsets.length > 1) {
    throw new RangeError(`tuple has ${stampOffsets.length} incomplete versionstamps, exactly 1 is needed`);
  }
  const suffix = new Uint8Array(4);
  new DataView(suffix.buffer).setUint32(0, prefix.length + stampOffset, true);
  return concatBytes(prefix, writer.finish(), suffix);
}
