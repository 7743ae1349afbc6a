import { MessageChannel } from 'node:worker_threads';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allocateValue } from '../../../src/stores/lmdb/value-pool.js';

const lengths = fc.oneof(
  fc.constantFrom(0, 1, 64, 65, 1_023, 1_024, 1_025, 8_191, 8_192, 8_193, 131_072),
  fc.nat(9_000),
);

test('arrays are zero, of the length asked for, and never share a byte', () => {
  fc.assert(
    fc.property(fc.array(lengths, { minLength: 1, maxLength: 60 }), (asked) => {
      const arrays = asked.map((length, index) => {
        const array = allocateValue(length);
        expect(array).toHaveLength(length);
        expect(array.every((byte) => byte === 0)).toBe(true);
        return array.fill(1 + (index % 255));
      });
      for (const [index, array] of arrays.entries()) {
        expect(array.every((byte) => byte === 1 + (index % 255))).toBe(true);
      }
    }),
  );
});

test('sending one to another thread takes no other away', () => {
  const [one, other] = [allocateValue(100).fill(1), allocateValue(100).fill(2)];
  expect(one.buffer).toBe(other.buffer);
  const { port1 } = new MessageChannel();
  try {
    port1.postMessage(one, [one.buffer as ArrayBuffer]);
  } catch (error) {
    // Later versions of Node say so instead of copying.
    expect((error as Error).name).toBe('DataCloneError');
  }
  port1.close();
  expect([one[0], other[99]]).toEqual([1, 2]);
});
