import { deepStrictEqual } from 'node:assert';
import { decode as decodeCborX, encode as encodeCborX } from 'cbor-x';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/index.js';
import { isKeyspaceError } from '../../src/errors.js';
import { decodeCbor, encodeCbor } from '../../src/values/index.js';
import { keysOfCborX, orderOf, storable } from './cbor-support.js';
import { mutated } from './support.js';

describe('a value', () => {
  test('decodes to an equal one, its properties in order', () => {
    fc.assert(
      fc.property(storable(), (value) => {
        const decoded = decodeCbor(encodeCbor(value));
        deepStrictEqual(decoded, value);
        deepStrictEqual(orderOf(decoded), orderOf(value));
      }),
      { numRuns: 2_000 },
    );
  });

  test('has one encoding: what is decoded encodes to the same bytes', () => {
    fc.assert(
      fc.property(storable(), (value) => {
        const bytes = encodeCbor(value);
        expect(toHex(encodeCbor(decodeCbor(bytes)))).toBe(toHex(bytes));
      }),
    );
  });

  test('that cbor-x wrote is read as cbor-x reads it', () => {
    fc.assert(
      fc.property(storable(keysOfCborX), (value) => {
        const bytes = encodeCborX(value);
        deepStrictEqual(decodeCbor(bytes), decodeCborX(bytes));
      }),
      { numRuns: 2_000 },
    );
  });

  test('is read by cbor-x to an equal one', () => {
    fc.assert(
      fc.property(storable(keysOfCborX), (value) => {
        deepStrictEqual(decodeCborX(encodeCbor(value)), value);
      }),
      { numRuns: 2_000 },
    );
  });

  test('shares no memory with its bytes, nor they with it', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const encoded = encodeCbor({ bytes });
    bytes.fill(9);
    const padded = Buffer.concat([Buffer.of(0), encoded]).subarray(1);
    const decoded = decodeCbor(padded);
    padded.fill(0);
    deepStrictEqual(decoded, { bytes: Uint8Array.of(1, 2, 3) });
    for (const length of [0, 300, 70_000]) {
      const array = encodeCbor({ text: 'x'.repeat(length) });
      expect(array.buffer.byteLength).toBe(array.length);
    }
  });
});

describe('bytes', () => {
  test.each<[unknown, string]>([
    [undefined, 'f7'],
    [null, 'f6'],
    [false, 'f4'],
    [23, '17'],
    [24, '1818'],
    [4294967295, '1affffffff'],
    [4294967296, 'fa4f800000'],
    [1771900000000, 'fb4279c8d785700000'],
    [-4294967296, '3affffffff'],
    [-0, 'f98000'],
    [1.5, 'f93e00'],
    [0.1, 'fb3fb999999999999a'],
    [Number.NaN, 'f97e00'],
    [-Infinity, 'f9fc00'],
    [0n, 'c24100'],
    [5n, 'c24105'],
    [-1n, 'c34100'],
    [4294967295n, 'c244ffffffff'],
    [4294967296n, '1b0000000100000000'],
    [-4294967297n, '3b0000000100000000'],
    [18446744073709551615n, '1bffffffffffffffff'],
    [18446744073709551616n, 'c249010000000000000000'],
    ['\ufeff', '63efbbbf'],
    [{ b: 1, a: undefined }, 'a261620161 61f7'],
    [[[], {}], '8280a0'],
    [Uint8Array.of(1), 'd8404101'],
    [new Date(1771900000000), 'c11a699d0c60'],
    [new Date(1500), 'c1f93e00'],
    [new Date(Number.NaN), 'c1f97e00'],
    [new Map<unknown, unknown>([[1, 'a']]), 'd90103a1016161'],
    [new Set([1]), 'd901028101'],
  ])('of %s', (value, hex) => {
    expect(toHex(encodeCbor(value))).toBe(hex.replaceAll(' ', ''));
    expect(decodeCbor(fromHex(hex.replaceAll(' ', '')))).toStrictEqual(value);
  });

  test.each<[string, string, unknown]>([
    ['a bigint of cbor-x', '1b0000000000000005', 5n],
    ['a negative bigint of cbor-x', '3b0000000000000004', -5n],
    ['an object of cbor-x', 'b90001616101', { a: 1 }],
    ['a double that a half would hold', 'fb3ff8000000000000', 1.5],
    ['a plain byte string', '4101', Uint8Array.of(1)],
    ['a date of cbor-x', 'c11a00000005', new Date(5000)],
    ['the least 8-byte bigint of cbor-x', 'c348ffffffffffffffff', -(2n ** 64n)],
    [
      'a set of two empty byte strings',
      'd9010282d84040d84040',
      new Set([new Uint8Array(0), new Uint8Array(0)]),
    ],
  ])('that we do not write but read: %s', (_what, hex, value) => {
    const decoded = decodeCbor(fromHex(hex));
    deepStrictEqual(decoded, value);
    expect(Buffer.isBuffer(decoded)).toBe(false);
  });

  test.each<[string, string, number]>([
    ['nothing', '', 0],
    ['trailing bytes', '0000', 1],
    ['a truncated integer', '19ff', 0],
    ['a truncated array', '820118', 2],
    ['an array with fewer items than declared', '8301', 0],
    ['a truncated object', 'a16161', 3],
    ['a truncated tag', 'c1', 1],
    ['a truncated Map', 'd90103', 3],
    ['an integer in more bytes than needed', '1817', 0],
    ['a 4-byte integer that 2 bytes hold', '1a0000ffff', 0],
    ['a text length in more bytes than needed', '780161', 0],
    ['an array length in more bytes than needed', '980100', 0],
    ['an object length of 4 bytes that 2 hold', 'ba00000000', 0],
    ['a tag in more bytes than needed', 'd80100', 0],
    ['an indefinite array', '9fff', 0],
    ['an indefinite object', 'bfff', 0],
    ['an indefinite text', '7f6161ff', 0],
    ['a lone break', 'ff', 0],
    ['a break inside an array', '81ff', 1],
    ['a reserved head', '1c', 0],
    ['a simple value', 'e0', 0],
    ['a simple value of 2 bytes', 'f8ff', 0],
    ['invalid UTF-8', '8161ff', 1],
    ['a surrogate in UTF-8', '63eda080', 0],
    ['a duplicate key', 'a2616101616102', 4],
    ['a duplicate __proto__', `a2695f5f70726f746f5f5f01695f5f70726f746f5f5f02`, 12],
    ['a key that is not text', 'a10102', 1],
    ['a duplicate key of a Map', 'd90103a201020102', 7],
    ['a duplicate member of a Set', 'd90102820101', 5],
    ['an unknown tag', 'd81c00', 0],
    ['a tag within a tag', 'c1c100', 1],
    ['a date of text', 'c16161', 1],
    ['a date of an 8-byte integer', 'c11b0000000000000001', 1],
    ['a date between milliseconds', 'c1fb3f1a36e2eb1c432d', 1],
    ['a date out of range', 'c1fb7e37e43c8800759c', 1],
    ['bytes that are text', 'd8406161', 2],
    ['a Set of no array', 'd90102a0', 3],
    ['a Map of no map', 'd9010380', 3],
    ['a bigint of no bytes', 'c240', 1],
    ['a bigint with a leading zero', 'c2420001', 1],
  ])('that are refused: %s', (_what, hex, byteOffset) => {
    let details: unknown;
    try {
      decodeCbor(fromHex(hex));
    } catch (error) {
      if (!isKeyspaceError(error, 'value.malformed')) throw error;
      details = error.details;
    }
    expect(details).toEqual({ payload: 'cbor', byteOffset, reason: expect.stringMatching(/^[^"]+$/) });
  });

  test('damaged decode to a value that encodes again, or are refused', () => {
    const encoded = storable().map(encodeCbor);
    const encodedByCborX = storable().map((value) => new Uint8Array(encodeCborX(value)));
    fc.assert(
      fc.property(mutated(fc.oneof(encoded, encodedByCborX)), (bytes) => {
        let value: unknown;
        try {
          value = decodeCbor(bytes);
        } catch (error) {
          if (isKeyspaceError(error, 'value.malformed')) return;
          throw error;
        }
        deepStrictEqual(decodeCbor(encodeCbor(value)), value);
      }),
      { numRuns: 5_000 },
    );
  });

  test('at random decode to a value that encodes again, or are refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), (bytes) => {
        let value: unknown;
        try {
          value = decodeCbor(bytes);
        } catch (error) {
          if (isKeyspaceError(error, 'value.malformed')) return;
          throw error;
        }
        deepStrictEqual(decodeCbor(encodeCbor(value)), value);
      }),
      { numRuns: 5_000 },
    );
  });
});
