import { assertBytes, copyBytes, decodeUtf8, encodeUtf8, isUtf8Encodable } from '../bytes/index.js';
import { assertText, assertWhole, type Field, NO_BYTES } from './field.js';

const fixed = { isTuple: false, isOpenEnded: false, least: NO_BYTES } as const;
const openEnded = { isTuple: false, isOpenEnded: true, least: NO_BYTES } as const;

/** One byte. */
export function u8(min: number, max: number): Field<number> {
  return {
    ...fixed,
    type: 'u8',
    domain: `${min} to ${max}`,
    least: min === 0 ? NO_BYTES : Uint8Array.of(min),
    fixedBytes: 1,
    measure: () => 1,
    write(value, target, offset, name) {
      assertWhole(value, min, max, name);
      target[offset] = value;
      return offset + 1;
    },
    read(reader) {
      const value = reader.bytes[reader.advance(1)] as number;
      if (value < min || value > max) {
        throw reader.malformed(`byte ${value} is not from ${min} to ${max}`, reader.offset - 1);
      }
      return value;
    },
  };
}

/** Four bytes, most significant first, so that byte order is numeric order. */
export const u32be: Field<number> = {
  ...fixed,
  type: 'u32be',
  domain: '0 to 2^32 - 1',
  fixedBytes: 4,
  measure: () => 4,
  write(value, target, offset, name) {
    assertWhole(value, 0, 0xffff_ffff, name);
    target[offset] = value >>> 24;
    target[offset + 1] = value >>> 16;
    target[offset + 2] = value >>> 8;
    target[offset + 3] = value;
    return offset + 4;
  },
  read(reader) {
    const at = reader.advance(4);
    const { bytes } = reader;
    const low = (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    return bytes[at]! * 0x100_0000 + low;
  },
};

// A big-endian image of one integer: faster than shifting a bigint, and allocates nothing.
const scratch = new Uint8Array(8);
const scratchView = new DataView(scratch.buffer);

function bigUintBe(byteCount: 7 | 8): Field<bigint> {
  const limit = 1n << BigInt(8 * byteCount);
  return {
    ...fixed,
    type: `u${8 * byteCount}be`,
    domain: `0 to 2^${8 * byteCount} - 1`,
    fixedBytes: byteCount,
    measure: () => byteCount,
    write(value, target, offset, name) {
      if (typeof value !== 'bigint') throw new TypeError(`${name} must be a bigint, not ${typeof value}`);
      if (value < 0n || value >= limit) {
        throw new RangeError(`${name} must be from 0 to 2^${8 * byteCount} - 1`);
      }
      scratchView.setBigUint64(0, value);
      for (let i = 8 - byteCount; i < 8; i++) target[offset++] = scratch[i] as number;
      return offset;
    },
    read(reader) {
      let at = reader.advance(byteCount);
      scratch[0] = 0;
      for (let i = 8 - byteCount; i < 8; i++) scratch[i] = reader.bytes[at++] as number;
      return scratchView.getBigUint64(0);
    },
  };
}

/** Eight bytes, most significant first. */
export const u64be = bigUintBe(8);

/** Seven bytes, most significant first. */
export const u56be = bigUintBe(7);

/** Any bytes, possibly none, up to the end of the key. Decoded bytes are a copy. */
export const restBytes: Field<Uint8Array> = {
  ...openEnded,
  type: 'bytes',
  domain: 'any bytes to the end of the key',
  measure(value, name) {
    assertBytes(value, name);
    return value.length;
  },
  write(value, target, offset, name) {
    assertBytes(value, name);
    target.set(value, offset);
    return offset + value.length;
  },
  read: (reader) => copyBytes(reader.takeRest()),
};

/** Any text, possibly empty, as UTF-8 up to the end of the key. Not normalised. */
export const restUtf8: Field<string> = {
  ...openEnded,
  type: 'utf8',
  domain: 'text without lone surrogates, to the end of the key',
  measure(value, name) {
    assertUtf8(value, name);
    return Buffer.byteLength(value);
  },
  write(value, target, offset, name) {
    assertUtf8(value, name);
    const bytes = encodeUtf8(value);
    target.set(bytes, offset);
    return offset + bytes.length;
  },
  read(reader) {
    const start = reader.offset;
    const value = decodeUtf8(reader.takeRest());
    if (value === undefined) throw reader.malformed('not valid UTF-8', start);
    return value;
  },
};

function assertUtf8(value: string, name: string): void {
  assertText(value, name);
  if (!isUtf8Encodable(value)) throw new RangeError(`${name} holds a lone surrogate`);
}
