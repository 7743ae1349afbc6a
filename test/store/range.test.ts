import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareBytes, startsWith } from '../../src/bytes/index.js';
import { assertScan, inRange, isEmptyRange, prefixRange, WHOLE_PARTITION } from '../../src/store/index.js';

const key = fc
  .array(fc.constantFrom(0x00, 0x01, 0x61, 0xfe, 0xff), { maxLength: 4 })
  .map((bytes) => Uint8Array.from(bytes));

describe('ranges', () => {
  test('a prefix range holds exactly the keys that begin with the prefix', () => {
    fc.assert(
      fc.property(
        key.filter((prefix) => prefix.some((byte) => byte !== 0xff)),
        key,
        (prefix, candidate) => {
          expect(inRange(candidate, prefixRange(prefix))).toBe(startsWith(candidate, prefix));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test.each([[[]], [[0xff]], [[0xff, 0xff]]])('the prefix %j has no range', (prefix) => {
    expect(() => prefixRange(Uint8Array.from(prefix))).toThrow(RangeError);
  });

  test('begin is inside and end is not', () => {
    fc.assert(
      fc.property(key, key, key, (begin, end, candidate) => {
        const isInside = compareBytes(begin, candidate) <= 0 && compareBytes(candidate, end) < 0;
        expect(inRange(candidate, { begin, end })).toBe(isInside);
        expect(inRange(candidate, { begin })).toBe(compareBytes(begin, candidate) <= 0);
        expect(inRange(candidate, WHOLE_PARTITION)).toBe(true);
        if (isInside) expect(isEmptyRange({ begin, end })).toBe(false);
      }),
    );
  });

  test('a range that is not empty holds its begin, and an empty one does not', () => {
    fc.assert(
      fc.property(key, key, (begin, end) => {
        expect(isEmptyRange({ begin, end })).toBe(!inRange(begin, { begin, end }));
        expect(isEmptyRange({ begin })).toBe(false);
      }),
    );
  });

  test('bounds are bytes, and a limit is a whole number of 0 or more', () => {
    for (const limit of [0, 1, 2 ** 40, undefined]) assertScan(WHOLE_PARTITION, { limit });
    for (const limit of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => assertScan(WHOLE_PARTITION, { limit })).toThrow(
        new RangeError(`limit must be a whole number of 0 or more, not ${limit}`),
      );
    }
    expect(() => assertScan({ begin: 'a' as never })).toThrow(TypeError);
    expect(() => assertScan({ begin: new Uint8Array(0), end: null as never })).toThrow(TypeError);
  });
});
