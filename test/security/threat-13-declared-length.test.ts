import { describe, expect, test } from 'vitest';
import { fromHex } from '../../src/bytes/index.js';
import { readElement, readString, readUint, unpack } from '../../src/tuple/index.js';
import { failureOffset } from './support.js';

describe('lengths that tuples declare', () => {
  test('an integer that declares more bytes than there are fails where the input ends', () => {
    for (let length = 9; length <= 255; length++) {
      for (const present of [0, 1, length - 1]) {
        const positive = new Uint8Array(2 + present).fill(0x77);
        positive.set([0x1d, length]);
        const negative = new Uint8Array(2 + present).fill(0x77);
        negative.set([0x0b, length ^ 0xff]);
        for (const bytes of [positive, negative]) {
          expect(failureOffset(() => unpack(bytes))).toBe(bytes.length);
          expect(failureOffset(() => readElement(bytes, 0))).toBe(bytes.length);
        }
      }
    }
  });

  test('every type code alone, and with one byte less than it needs, fails where the input ends', () => {
    const needed = new Map([
      [0x20, 4],
      [0x21, 8],
      [0x30, 16],
      [0x33, 12],
      ...Array.from({ length: 8 }, (_, i): [number, number] => [0x15 + i, i + 1]),
      ...Array.from({ length: 8 }, (_, i): [number, number] => [0x13 - i, i + 1]),
    ]);
    expect(needed.size).toBe(20);
    for (const [code, length] of needed) {
      for (let present = 0; present < length; present++) {
        const bytes = new Uint8Array(1 + present).fill(0x77);
        bytes[0] = code;
        expect(failureOffset(() => unpack(bytes))).toBe(bytes.length);
        if (code >= 0x15 && code <= 0x1b) expect(failureOffset(() => readUint(bytes, 0))).toBe(bytes.length);
      }
    }
    for (const hex of ['1d', '0b', '1dff', '0b00', '01', '02', '05', '0500ff', '0100ff', '0200ff']) {
      const bytes = fromHex(hex);
      expect(failureOffset(() => unpack(bytes))).toBe(bytes.length);
    }
  });

  test('bytes that never end allocate no more than they are', () => {
    const size = 1_000_000;
    for (const [code, filler] of [
      [0x01, 0x61],
      [0x02, 0x61],
      [0x02, 0xc3],
      [0x1d, 0xff],
      [0x05, 0x27],
    ] as const) {
      const bytes = new Uint8Array(size).fill(filler);
      bytes[0] = code;
      // Arrays the decoder allocates count here until they are collected, also those it drops at once.
      const before = process.memoryUsage().arrayBuffers;
      const offset = failureOffset(() => unpack(bytes));
      expect(offset).toBeLessThanOrEqual(size);
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThanOrEqual(size);
    }
  });

  test('an offset beyond the input is malformed, not undefined behaviour', () => {
    const bytes = fromHex('1501');
    for (const offset of [2, 3, 1_000_000]) {
      for (const decode of [readUint, readString, readElement]) {
        expect(failureOffset(() => decode(bytes, offset))).toBeLessThanOrEqual(offset);
      }
    }
  });
});
