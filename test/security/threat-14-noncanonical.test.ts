import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/index.js';
import { isKeyspaceError } from '../../src/errors.js';
import { pack, readElement, readUint, unpack } from '../../src/tuple/index.js';

const malformed = expect.toSatisfy((error) => isKeyspaceError(error, 'tuple.malformed'));

/** The integer in `length` bytes, with its length spelt out or not, whatever the shortest form is. */
function spelling(value: bigint, length: number, isLong: boolean): string {
  const modulus = 1n << BigInt(8 * length);
  const bits = value < 0n ? value + modulus - 1n : value;
  const digits = length === 0 ? '' : bits.toString(16).padStart(2 * length, '0');
  const sign = value < 0n ? -1 : 1;
  const byte = (number: number) => number.toString(16).padStart(2, '0');
  if (!isLong) return byte(0x14 + sign * length) + digits;
  return (value < 0n ? `0b${byte(length ^ 0xff)}` : `1d${byte(length)}`) + digits;
}

describe('tuples that are not what an encoder writes', () => {
  test('an integer has one spelling', () => {
    let refused = 0;
    const magnitudes = [0n, 1n, ...Array.from({ length: 20 }, (_, i) => 256n ** BigInt(i + 1))];
    for (const value of magnitudes.flatMap((each) => [each - 1n, each, 1n - each, -each])) {
      const canonical = toHex(pack([value]));
      const length = value === 0n ? 0 : Math.ceil((value < 0n ? -value : value).toString(16).length / 2);
      for (let bytes = length; bytes <= 30; bytes++) {
        for (const isLong of bytes > 8 ? [true] : [true, false]) {
          const hex = spelling(value, bytes, isLong);
          if (hex === canonical) {
            expect(toHex(pack(unpack(fromHex(hex))))).toBe(hex);
            continue;
          }
          refused++;
          expect(() => unpack(fromHex(hex)), hex).toThrow(malformed);
          expect(() => readUint(fromHex(hex), 0), hex).toThrow(malformed);
        }
      }
      expect(canonical).toBe(spelling(value, length, length > 8));
    }
    expect(refused).toBeGreaterThan(1_000);
  });

  test('unknown type codes are refused', () => {
    const known = new Set([0x00, 0x01, 0x02, 0x05, 0x20, 0x21, 0x26, 0x27, 0x30, 0x33]);
    for (let code = 0x0b; code <= 0x1d; code++) known.add(code);
    for (let code = 0; code <= 0xff; code++) {
      if (known.has(code)) continue;
      const bytes = new Uint8Array(300);
      bytes[0] = code;
      expect(() => readElement(bytes, 0), String(code)).toThrow(/type code/);
      expect(() => unpack(Uint8Array.of(0x05, code, 0x00)), String(code)).toThrow(/type code/);
    }
  });

  test('an incomplete versionstamp stands for bytes that were never stored', () => {
    expect(() => unpack(fromHex(`33${'ff'.repeat(10)}0001`))).toThrow(malformed);
    expect(unpack(fromHex(`33${'ff'.repeat(9)}feffff`))).toHaveLength(1);
  });

  test('nothing may follow or be missing', () => {
    // Without a null inside an array or a NUL in a string: cut behind its `00`, those end there, validly.
    const bytes = pack(['name', [1, 'x'], -300, { type: 'uuid', bytes: new Uint8Array(16).fill(9) }]);
    const wholeElements = new Set<number>([0]);
    for (let offset = 0; offset < bytes.length; ) {
      offset = readElement(bytes, offset).end;
      wholeElements.add(offset);
    }
    for (let length = 0; length < bytes.length; length++) {
      const cut = () => unpack(bytes.subarray(0, length));
      if (wholeElements.has(length)) expect(cut).not.toThrow();
      else expect(cut, `${length} bytes`).toThrow(malformed);
    }
    expect(() => unpack(Uint8Array.of(...bytes, 0xff))).toThrow(malformed);
  });
});
