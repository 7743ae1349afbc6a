import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Cleared } from '../../src/store/cleared.js';
import { inRange, type KeyRange } from '../../src/store/index.js';

const bytes = (min: number) =>
  fc
    .array(fc.constantFrom(0x00, 0x01, 0x7f, 0xff), { minLength: min, maxLength: 2 })
    .map((b) => Uint8Array.from(b));

const range: fc.Arbitrary<KeyRange> = fc.record({
  begin: bytes(0),
  end: fc.option(bytes(0), { nil: undefined, freq: 6 }),
});

test('a key is cleared if it is in a range, and the ranges of the union are apart and in order', () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 12 }), fc.array(bytes(1)), (ranges, keys) => {
      const cleared = new Cleared();
      for (const each of ranges) cleared.add(each);
      const union = cleared.ranges();
      for (const key of keys) {
        const isIn = ranges.some((each) => inRange(key, each));
        expect(cleared.has(key)).toBe(isIn);
        expect(union.filter((each) => inRange(key, each))).toHaveLength(isIn ? 1 : 0);
      }
      for (const [i, { begin, end }] of union.entries()) {
        if (end !== undefined) expect(Buffer.compare(begin, end)).toBe(-1);
        const next = union[i + 1];
        if (next !== undefined) expect(Buffer.compare(end!, next.begin)).toBe(-1);
      }
    }),
  );
});
