import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes, fromHex, startsWith } from '../../src/bytes/index.js';
import { assertPartition, partitionLength } from '../../src/store/index.js';

const withoutNul = (maxLength: number) =>
  fc
    .array(fc.constantFrom(0x01, 0x02, 0x14, 0x61, 0xff), { maxLength })
    .map((bytes) => Uint8Array.from(bytes));
const NUL = Uint8Array.of(0);

const root = fc.oneof(
  fc.constant(new Uint8Array(0)),
  withoutNul(20).map((bytes) => concatBytes(Uint8Array.of(1), bytes, NUL)),
);
const local = fc.oneof(
  fc.constant(Uint8Array.of(0x14)),
  withoutNul(254).map((id) => concatBytes(Uint8Array.of(2), id, NUL)),
);
const partition = fc.tuple(root, local).map((parts) => concatBytes(...parts));
const edgeBytes = fc
  .array(fc.constantFrom(0x00, 0x01, 0x02, 0x14, 0x61, 0xff), { maxLength: 8 })
  .map((bytes) => Uint8Array.from(bytes));

describe('partitions', () => {
  test('every partition is accepted, and found at the front of any stored key', () => {
    fc.assert(
      fc.property(partition, edgeBytes, (bytes, key) => {
        assertPartition(bytes);
        expect(partitionLength(concatBytes(bytes, key))).toBe(bytes.length);
      }),
    );
  });

  test('none is a proper prefix of another', () => {
    fc.assert(
      fc.property(partition, partition, (a, b) => {
        expect(startsWith(a, b) && a.length !== b.length).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  test('what is accepted is a partition: its own length, and of no other bytes', () => {
    fc.assert(
      fc.property(edgeBytes, (bytes) => {
        const isPartition = /^(01([^0].|0[^0])*00)?(02([^0].|0[^0])*00|14)$/.test(
          Buffer.from(bytes).toString('hex'),
        );
        expect(partitionLength(bytes) === bytes.length).toBe(isPartition);
      }),
      { numRuns: 5_000 },
    );
  });

  test.each([
    '',
    '00',
    '01',
    '0161',
    '016100',
    '02',
    '0261',
    '03',
    '13',
    '15',
    'ff',
    '010202026100',
    '01610001620014',
  ])('bytes %s begin with no partition', (hex) => expect(partitionLength(fromHex(hex))).toBe(-1));

  test('278 bytes are accepted and 279 are not', () => {
    const longest = new Uint8Array(278).fill(0x61);
    longest[0] = 0x02;
    longest[277] = 0x00;
    assertPartition(longest);
    expect(() => assertPartition(concatBytes(fromHex('0261'), longest.subarray(1)))).toThrow(
      new RangeError('partition has 279 bytes, the limit is 278'),
    );
  });

  test.each(['026100', undefined, null, [0x14], new DataView(new ArrayBuffer(1))])(
    '%o is no partition',
    (value) => {
      expect(() => assertPartition(value as never)).toThrow(TypeError);
    },
  );
});
