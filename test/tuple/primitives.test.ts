import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toHex } from '../../src/bytes/index.js';
import {
  byteStringBytes,
  pack,
  readByteString,
  readElement,
  readString,
  readUint,
  stringBytes,
  uintBytes,
  writeByteString,
  writeString,
  writeUint,
} from '../../src/tuple/index.js';
import { byteString, text, uint } from './arbitraries.js';
import { referencePack } from './reference.js';

const numRuns = 2_000;
const UNTOUCHED = 0xaa;

/** Every power of two with its neighbours: each length's first and last integer are among them. */
const boundaries = Array.from({ length: 54 }, (_, bits) => [2 ** bits - 1, 2 ** bits, 2 ** bits + 1])
  .flat()
  .filter((value) => Number.isSafeInteger(value));

function checkUint(value: number, offset: number): void {
  const expected = toHex(referencePack([value]));
  const target = new Uint8Array(offset + 12).fill(UNTOUCHED);
  const end = writeUint(target, offset, value);
  expect(toHex(target.subarray(offset, end))).toBe(expected);
  expect(target.every((byte, at) => (at >= offset && at < end) || byte === UNTOUCHED)).toBe(true);
  expect(end).toBe(offset + uintBytes(value));
  expect(readUint(target, offset)).toBe(value);
  expect(readElement(target, offset)).toEqual({ value, end });
}

test('unsigned integers are written as the reference encoder does', () => {
  expect(boundaries.length).toBeGreaterThan(150);
  for (const value of boundaries) checkUint(value, 3);
  fc.assert(fc.property(uint, fc.nat(5), checkUint), { numRuns });
});

function checkString(value: string, offset: number): void {
  const expected = toHex(referencePack([value]));
  const length = stringBytes(value);
  const target = new Uint8Array(offset + length + 4).fill(UNTOUCHED);
  const end = writeString(target, offset, value);
  expect(end).toBe(offset + length);
  expect(toHex(target.subarray(offset, end))).toBe(expected);
  expect(target.every((byte, at) => (at >= offset && at < end) || byte === UNTOUCHED)).toBe(true);
  expect(readString(target, offset)).toEqual({ value, end });
  expect(readElement(target, offset)).toEqual({ value, end });
}

test('strings are written as the reference encoder does', () => {
  for (let length = 0; length < 40; length++) {
    for (const tail of ['', '\0', '\0a', 'é', '😀', '\ufeff']) checkString('k'.repeat(length) + tail, 2);
  }
  fc.assert(fc.property(text, fc.nat(5), checkString), { numRuns });
});

function checkByteString(value: Uint8Array, offset: number): void {
  const length = byteStringBytes(value);
  const target = new Uint8Array(offset + length + 4).fill(UNTOUCHED);
  const end = writeByteString(target, offset, value);
  expect(end).toBe(offset + length);
  expect(toHex(target.subarray(offset, end))).toBe(toHex(referencePack([value])));
  expect(target.every((byte, at) => (at >= offset && at < end) || byte === UNTOUCHED)).toBe(true);
  expect(readByteString(target, offset)).toEqual({ value, end });
  expect(readElement(target, offset)).toEqual({ value, end });
}

test('byte strings are written as the reference encoder does', () => {
  fc.assert(fc.property(byteString, fc.nat(5), checkByteString), { numRuns });
});

test.each([-1, -0, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '1', 1n, null, undefined])(
  'the integer %s is refused',
  (value) => {
    const target = new Uint8Array(16).fill(UNTOUCHED);
    expect(() => uintBytes(value as number)).toThrow(RangeError);
    expect(() => writeUint(target, 0, value as number)).toThrow(RangeError);
    expect(target.every((byte) => byte === UNTOUCHED)).toBe(true);
  },
);

test.each([1, null, undefined, ['a'], new Uint8Array(1)])('%s is not text', (value) => {
  expect(() => stringBytes(value as unknown as string)).toThrow(TypeError);
  expect(() => writeString(new Uint8Array(16), 0, value as unknown as string)).toThrow(TypeError);
});

test('a target that is too short is refused', () => {
  fc.assert(
    fc.property(uint, text, byteString, fc.nat(3), (value, string, bytes, offset) => {
      const integerTarget = new Uint8Array(offset + uintBytes(value) - 1);
      expect(() => writeUint(integerTarget, offset, value)).toThrow(RangeError);
      const stringTarget = new Uint8Array(offset + stringBytes(string) - 1);
      expect(() => writeString(stringTarget, offset, string)).toThrow(RangeError);
      const bytesTarget = new Uint8Array(offset + byteStringBytes(bytes) - 1);
      expect(() => writeByteString(bytesTarget, offset, bytes)).toThrow(RangeError);
    }),
  );
});

test('an element read in place is the one unpack would find', () => {
  const bytes = pack(['a\0b', 7, null, ['x', null], 'end']);
  let offset = 0;
  const values = [];
  while (offset < bytes.length) {
    const { value, end } = readElement(bytes, offset);
    values.push(value);
    offset = end;
  }
  expect(values).toEqual(['a\0b', 7, null, ['x', null], 'end']);
});
