import { describe, expect, test } from 'vitest';
import { pack, readElement, TUPLE_DEPTH_MAX, type TupleElement, unpack } from '../../src/tuple/index.js';
import { failureOffset } from './support.js';

function nested(depth: number): Uint8Array {
  return new Uint8Array([...new Array(depth).fill(0x05), ...new Array(depth).fill(0x00)]);
}

describe('tuple depth', () => {
  test('the limit is 32', () => {
    expect(TUPLE_DEPTH_MAX).toBe(32);
    expect(pack(unpack(nested(32)))).toEqual(nested(32));
    expect(failureOffset(() => unpack(nested(33)))).toBe(32);
  });

  // The offset of the failure shows that nothing beyond the limit was looked at, whatever the size.
  test.each([40, 10_000, 1_000_000])('%i opened arrays fail at the 33rd', (depth) => {
    const bytes = new Uint8Array(depth).fill(0x05);
    expect(failureOffset(() => unpack(bytes))).toBe(32);
    expect(failureOffset(() => readElement(bytes, 0))).toBe(32);
    expect(failureOffset(() => unpack(nested(depth)))).toBe(32);
  });

  test('a million shallow arrays are read without recursion adding up', () => {
    const bytes = new Uint8Array(2_000_000);
    for (let at = 0; at < bytes.length; at += 2) bytes[at] = 0x05;
    expect(unpack(bytes)).toHaveLength(1_000_000);
  });

  test('a deep or cyclic value is refused before it is encoded', () => {
    let deep: TupleElement = [];
    for (let depth = 0; depth < 1_000_000; depth++) deep = [deep];
    expect(() => pack([deep])).toThrow(RangeError);
    const cyclic: TupleElement[] = [];
    cyclic.push(cyclic, cyclic);
    expect(() => pack(cyclic)).toThrow(RangeError);
  });
});
