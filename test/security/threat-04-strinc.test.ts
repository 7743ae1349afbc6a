import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareBytes, startsWith, strinc } from '../../src/bytes/index.js';
import { prefixRange } from '../../src/store/index.js';
import { tupleRange } from '../../src/tuple/index.js';

test('a prefix of ff bytes has no end, and is refused instead of read to the end of the store', () => {
  for (let length = 0; length < 300; length++) {
    const prefix = new Uint8Array(length).fill(0xff);
    expect(() => strinc(prefix)).toThrow(RangeError);
    expect(() => prefixRange(prefix)).toThrow(RangeError);
  }
});

const edgeBytes = fc
  .array(fc.oneof(fc.constantFrom(0, 0xfe, 0xff), fc.nat(255)), { maxLength: 6 })
  .map((bytes) => Uint8Array.from(bytes));

test('strinc is the first string after all that begin with the prefix', () => {
  fc.assert(
    fc.property(
      edgeBytes.filter((prefix) => prefix.some((byte) => byte !== 0xff)),
      edgeBytes,
      (prefix, key) => {
        const end = strinc(prefix);
        const isWithin = compareBytes(prefix, key) <= 0 && compareBytes(key, end) < 0;
        expect(isWithin).toBe(startsWith(key, prefix));
      },
    ),
    { numRuns: 5_000 },
  );
});

test('the range of the empty tuple ends before the first byte that no tuple begins with', () => {
  expect(tupleRange([])).toEqual({ begin: Uint8Array.of(0), end: Uint8Array.of(0xff) });
});
