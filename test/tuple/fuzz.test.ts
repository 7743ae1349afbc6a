import fc from 'fast-check';
import { expect, test } from 'vitest';
import { equalBytes, toHex } from '../../src/bytes/index.js';
import { isKeyspaceError } from '../../src/errors.js';
import {
  pack,
  readElement,
  readString,
  readUint,
  type TupleElement,
  uintBytes,
  unpack,
} from '../../src/tuple/index.js';
import { tuple } from './arbitraries.js';

/** The outcome of a decoder: a value, or `undefined` for its one documented error, inside the input. */
function attempt<T>(bytes: Uint8Array, decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (!isKeyspaceError(error, 'tuple.malformed')) throw error;
    const { byteOffset } = error.details;
    if (!(byteOffset >= 0 && byteOffset <= bytes.length)) throw error;
    return undefined;
  }
}

/** Unpacks if the bytes are accepted; then packing must give them back. */
function checkedUnpack(bytes: Uint8Array): TupleElement[] | undefined {
  const elements = attempt(bytes, () => unpack(bytes));
  if (elements !== undefined && !equalBytes(pack(elements), bytes)) {
    throw new Error(`${toHex(bytes)} packs back to ${toHex(pack(elements))}`);
  }
  return elements;
}

function checkDecoders(bytes: Uint8Array): boolean {
  const elements = checkedUnpack(bytes);
  const first = attempt(bytes, () => readElement(bytes, 0));
  if (elements !== undefined && elements.length > 0) expect(first?.value).toEqual(elements[0]);
  if (first !== undefined) expect(toHex(pack([first.value]))).toBe(toHex(bytes.subarray(0, first.end)));
  checkPrimitives(bytes, first);
  return elements !== undefined;
}

/** The decoders of single kinds accept exactly what the general one reads as that kind. */
function checkPrimitives(bytes: Uint8Array, first: { value: TupleElement; end: number } | undefined): void {
  const integer = attempt(bytes, () => readUint(bytes, 0));
  const isUint = typeof first?.value === 'number' && first.value >= 0;
  if (integer !== (isUint ? first.value : undefined)) throw new Error(`${toHex(bytes)} as an integer`);
  if (integer !== undefined) expect(uintBytes(integer)).toBe(first?.end);
  const string = attempt(bytes, () => readString(bytes, 0));
  const isString = typeof first?.value === 'string';
  if (isString || string !== undefined) expect(string).toEqual(isString ? first : undefined);
}

const KNOWN_BYTES = [
  0, 1, 2, 5, 0x0b, 0x0c, 0x13, 0x14, 0x15, 0x1b, 0x1c, 0x1d, 0x20, 0x21, 0x26, 0x27, 0x30, 0x33, 0xff,
];

const bytesLikeTuples = fc
  .array(fc.oneof(fc.constantFrom(...KNOWN_BYTES), fc.nat(255)), { maxLength: 40 })
  .map((bytes) => Uint8Array.from(bytes));

/** Valid tuples with up to three bytes changed, inserted or removed, or the end cut off. */
const mutated = fc
  .record({
    elements: tuple,
    edits: fc.array(
      fc.record({
        kind: fc.constantFrom('change', 'insert', 'remove', 'cut'),
        at: fc.nat(),
        byte: fc.oneof(fc.constantFrom(...KNOWN_BYTES), fc.nat(255)),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .map(({ elements, edits }) => {
    const bytes = [...pack(elements)];
    for (const { kind, at, byte } of edits) {
      const index = at % (bytes.length + 1);
      if (kind === 'cut') bytes.length = index;
      else if (kind === 'insert') bytes.splice(index, 0, byte);
      else if (kind === 'remove') bytes.splice(index, 1);
      else bytes[index] = byte;
    }
    return Uint8Array.from(bytes);
  });

test.each([
  ['random bytes', fc.uint8Array({ maxLength: 30 }), 4_000],
  ['bytes of type codes', bytesLikeTuples, 8_000],
  ['damaged tuples', mutated, 6_000],
] as const)('%s are refused, or are what their elements pack to', (_, arbitrary, numRuns) => {
  const outcomes = new Set<boolean>();
  fc.assert(
    fc.property(arbitrary, (bytes) => {
      outcomes.add(checkDecoders(bytes));
    }),
    { numRuns },
  );
  expect(outcomes).toEqual(new Set([true, false]));
});

test('every string of one or two bytes is refused, or is what its elements pack to', () => {
  let accepted = 0;
  for (let value = 0; value < 0x1_0000; value++) {
    if (checkedUnpack(Uint8Array.of(value >> 8, value & 0xff)) !== undefined) accepted++;
    if (value < 0x100 && checkedUnpack(Uint8Array.of(value)) !== undefined) accepted++;
  }
  // One byte: 00 14 26 27. Two: pairs of those, 01 00, 02 00, 05 00, and 255 integers of each sign.
  expect(accepted).toBe(4 + 16 + 3 + 255 + 255);
});
