import { encode as encodeCborX } from 'cbor-x';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes, fromHex, toHex } from '../../src/bytes/index.js';
import { isKeyspaceError } from '../../src/errors.js';
import { decodeCbor, encodeCbor } from '../../src/values/index.js';
import { number } from './cbor-support.js';

/** The value of the bytes in a list, so that `undefined` can be one, or nothing where they are refused. */
function accepted(bytes: Uint8Array): [unknown] | [] {
  try {
    return [decodeCbor(bytes)];
  } catch (error) {
    if (isKeyspaceError(error, 'value.malformed')) return [];
    throw error;
  }
}

/** Either encoder's bytes of the value. */
function written(value: unknown): string[] {
  return [toHex(encodeCbor(value)), toHex(encodeCborX(value))];
}

function float(bytes: 2 | 4 | 8, bits: bigint): Uint8Array {
  return concatBytes(Uint8Array.of(0xf8 + Math.log2(bytes)), bigEndian(bytes, bits));
}

function bigEndian(bytes: number, value: bigint): Uint8Array {
  return fromHex(value.toString(16).padStart(2 * bytes, '0'));
}

function bitsOf(value: number, bytes: 4 | 8): bigint {
  const view = new DataView(new ArrayBuffer(8));
  if (bytes === 8) view.setFloat64(0, value);
  else view.setFloat32(4, value);
  return view.getBigUint64(0);
}

const double = number.filter((value) => !Number.isNaN(value)).map((value) => float(8, bitsOf(value, 8)));
const single = fc.oneof(
  number.map((value) => float(4, bitsOf(value, 4))),
  fc.bigInt(0n, 2n ** 32n - 1n).map((bits) => float(4, bits)),
);
const half = fc.bigInt(0n, 2n ** 16n - 1n).map((bits) => float(2, bits));
const integer = fc
  .tuple(fc.constantFrom(0x00, 0x20), fc.constantFrom(0, 1, 2, 4, 8), fc.bigInt(0n, 2n ** 64n - 1n))
  .chain(([major, bytes, bits]) =>
    fc.constantFrom(bits, 0n, 1n, 23n, 24n, 255n, 256n, 65_535n, 65_536n, 2n ** 32n - 1n).map((value) => {
      if (bytes === 0) return Uint8Array.of(major + Number(value % 24n));
      const argument = bigEndian(bytes, BigInt.asUintN(8 * bytes, value));
      return concatBytes(Uint8Array.of(major + 24 + Math.log2(bytes)), argument);
    }),
  );
const numeric = fc.oneof(double, single, half, integer);
const date = numeric.map((seconds) => concatBytes(Uint8Array.of(0xc1), seconds));
const magnitude = fc
  .array(fc.constantFrom(0x00, 0x01, 0x7f, 0xff), { maxLength: 11 })
  .map((bytes) => Uint8Array.from(bytes));
const bigint = fc
  .tuple(fc.constantFrom(0xc2, 0xc3), magnitude)
  .map(([tag, bytes]) => concatBytes(Uint8Array.of(tag, 0x40 + bytes.length), bytes));

/** Where an item may stand: alone, in an array, as the member of a Set, as the key and the value of a Map. */
const place = fc.constantFrom(['', ''], ['81', ''], ['d9010281', ''], ['d90103a1', 'f6'], ['d90103a100', '']);

test('a number, bigint or date is accepted in the form that we or cbor-x write, and in no other', () => {
  const counts = { accepted: 0, refused: 0 };
  fc.assert(
    fc.property(fc.oneof(numeric, date, bigint), place, (item, [before, after]) => {
      const bytes = concatBytes(fromHex(before!), item, fromHex(after!));
      const result = accepted(bytes);
      counts[result.length === 0 ? 'refused' : 'accepted']++;
      if (result.length === 1) expect(written(result[0])).toContain(toHex(bytes));
    }),
    { numRuns: 20_000 },
  );
  expect(Math.min(counts.accepted, counts.refused)).toBeGreaterThan(1_000);
});

test('of all 65,536 floats of 2 bytes those are accepted that we write', () => {
  for (let bits = 0; bits < 0x1_0000; bits++) {
    const bytes = float(2, BigInt(bits));
    const value = new Float32Array(new Uint32Array([singleBits(bits)]).buffer)[0]!;
    const isWritten = toHex(encodeCbor(value)) === toHex(bytes);
    expect(accepted(bytes)).toEqual(isWritten ? [value] : []);
  }
});

/** The float of 4 bytes with the value of one of 2. */
function singleBits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f80_0000 | (mantissa << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (mantissa << 13);
  if (mantissa === 0) return sign;
  const shift = Math.clz32(mantissa) - 21;
  return sign | ((113 - shift) << 23) | ((mantissa << (shift + 13)) & 0x7f_ffff);
}

describe('accepted beside what we write', () => {
  test.each<[string, string, unknown]>([
    ['a double that 2 bytes hold', 'fb3ff8000000000000', 1.5],
    ['the double of an integer beyond 32 bits', 'fb41f0000000000000', 2 ** 32],
    // The bits of a NaN are up to the engine: cbor-x writes 0/0 in either of the first two.
    ['a NaN', 'fb7ff8000000000000', Number.NaN],
    ['a NaN with a sign', 'fbfff8000000000000', Number.NaN],
    ['a NaN with a payload', 'fb7ff8000000000001', Number.NaN],
    ['whole seconds before 1970', 'c1fbbff0000000000000', new Date(-1_000)],
    ['an invalid date', 'c1fb7ff8000000000000', new Date(Number.NaN)],
    ['seconds in 4 bytes', 'c11a00000000', new Date(0)],
    ['-2^64 after a tag', 'c348ffffffffffffffff', -(2n ** 64n)],
  ])('%s', (_what, hex, value) => {
    expect(decodeCbor(fromHex(hex))).toStrictEqual(value);
  });

  test('what cbor-x makes of a NaN, a -0 and dates', () => {
    const nan = new DataView(new ArrayBuffer(8));
    for (const bits of [0xfff8_0000_0000_0000n, 0x7ff8_0000_0000_0001n]) {
      nan.setBigUint64(0, bits);
      expect(decodeCbor(encodeCborX(nan.getFloat64(0)))).toBeNaN();
    }
    for (const timeMs of [-1, -1_000, 0, 1, 999, 1_000, 2 ** 32 * 1_000, Number.NaN]) {
      expect(decodeCbor(encodeCborX(new Date(timeMs)))).toStrictEqual(new Date(timeMs));
    }
    expect(decodeCbor(encodeCborX([-0, new Set([-0])]))).toStrictEqual([0, new Set([0])]);
  });
});

describe('refused, since neither writes it', () => {
  test.each<[string, string, number]>([
    ['1 as a float of 2 bytes', 'f93c00', 0],
    ['1 as a float of 4 bytes', 'fa3f800000', 0],
    ['1 as a float of 8 bytes', 'fb3ff0000000000000', 0],
    ['0 as a float', 'fb0000000000000000', 0],
    ['-2^32 as a float', 'fbc1f0000000000000', 0],
    ['1.5 in 4 bytes', 'fa3fc00000', 0],
    ['-0 in 4 bytes', 'fa80000000', 0],
    ['-0 in 8 bytes', 'fb8000000000000000', 0],
    ['infinity in 4 bytes', 'fa7f800000', 0],
    ['a NaN of 2 bytes with a payload', 'f97e01', 0],
    ['a NaN of 2 bytes with a sign', 'f9fe00', 0],
    ['a NaN of 4 bytes', 'fa7fc00000', 0],
    ['-0 as a date', 'c1f98000', 1],
    ['-0 as the double of a date', 'c1fb8000000000000000', 1],
    ['a whole second from 1970 on as a double', 'c1fb3ff0000000000000', 1],
    ['a second before 1970 as a float of 2 bytes', 'c1f9bc00', 1],
    ['a second before 1970 in 4 bytes', 'c13a00000000', 1],
    ['-0 in a Set', 'd901028201f98000', 5],
    ['-0 in a Set, not at its end', 'd9010282f9800001', 4],
    ['-0 as a key of a Map', 'd90103a1f98000f6', 4],
    ['a bigint of 5 bytes after a tag', 'c2450100000000', 1],
    ['2^64 - 1 after a tag', 'c248ffffffffffffffff', 1],
    ['a negative bigint of 8 bytes after a tag', 'c348fffffffffffffffe', 1],
    ['2 bytes of length before a Map', 'd90103b900010102', 3],
    ['an index after a greater one', 'a2613101613002', 4],
    ['an index after another key', 'a2616101613002', 4],
    ['the greatest index after another key', 'a26161016a3432393439363732393402', 4],
    ['an index out of order in an object inside', 'a26161a26132016131026162f6', 7],
  ])('%s', (_what, hex, byteOffset) => {
    expect(() => decodeCbor(fromHex(hex))).toThrow(
      expect.objectContaining({ code: 'value.malformed', details: expect.objectContaining({ byteOffset }) }),
    );
  });
});

describe('keys', () => {
  const digits = fc.oneof(
    fc.nat(30).map(String),
    fc.constantFrom('01', '-1', '1.5', '4294967294', '4294967295', '4294967296', '99999999999', 'a', ''),
  );

  test('are accepted in exactly the orders that objects have', () => {
    fc.assert(
      fc.property(fc.uniqueArray(digits, { maxLength: 5 }), (keys) => {
        const object = Object.fromEntries(keys.map((key) => [key, null]));
        const isOrderOfObject = Object.keys(object).join() === keys.join();
        const items = keys.map((key) => concatBytes(encodeCbor(key), Uint8Array.of(0xf6)));
        const bytes = concatBytes(Uint8Array.of(0xa0 + keys.length), ...items);
        expect(accepted(bytes)).toEqual(isOrderOfObject ? [object] : []);
        expect(accepted(encodeCborX(object))).toEqual([object]);
      }),
      { numRuns: 3_000 },
    );
  });

  test('of a Map keep any order', () => {
    const map = new Map([
      ['b', 1],
      ['1', 2],
      ['0', 3],
    ]);
    for (const bytes of [encodeCbor(map), encodeCborX(map)]) {
      expect([...(decodeCbor(bytes) as typeof map)]).toEqual([...map]);
    }
  });

  test('and members that are bytes, dates or arrays are no duplicates, as in a Set', () => {
    const twins = [Uint8Array.of(1), Uint8Array.of(1), new Date(0), new Date(0), [], []];
    for (const encode of [encodeCbor, encodeCborX]) {
      expect([...(decodeCbor(encode(new Set(twins))) as Set<unknown>)]).toEqual(twins);
      const map = new Map(twins.map((key) => [key, null]));
      expect((decodeCbor(encode(map)) as typeof map).size).toBe(twins.length);
    }
  });
});
