import { copyBytes, decodeUtf8, encodeUtf8, isUtf8Encodable } from '../bytes/index.js';
import { assertText, assertWhole, type Field, NO_BYTES } from './field.js';

/** One byte. */
export function u8(min: number, max: number): Field<number> {
  return {
    type: 'u8',
    domain: `${min} to ${max}`,
    isTuple: false,
    isOpenEnded: false,
    least: min === 0 ? NO_BYTES : Uint8Array.of(min),
    measure(value, name) {
      assertWhole(value, min, max, name);
      return 1;
    },
    write(value, target, offset) {
      target[offset] = value;
      return offset + 1;
    },
    read(reader) {
      const value = reader.take(1)[0] as number;
      if (value < min || value > max) {
        throw reader.malformed(`byte ${value} is not from ${min} to ${max}`, reader.offset - 1);
      }
      return value;
    },
  };
}

/** Four bytes, most significant first, so that byte order is numeric order. */
export const u32be: Field<number> = {
  type: 'u32be',
  domain: '0 to 2^32 - 1',
  isTuple: false,
  isOpenEnded: false,
  least: NO_BYTES,
  measure(value, name) {
    assertWhole(value, 0, 0xffff_ffff, name);
    return 4;
  },
  write(value, target, offset) {
    target[offset] = value >>> 24;
    target[offset + 1] = value >>> 16;
    target[offset + 2] = value >>> 8;
    target[offset + 3] = value;
    return offset + 4;
  },
  read(reader) {
    const bytes = reader.take(4);
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  },
};

// A big-endian image of the integer being written; faster than shifting a bigint, and allocates nothing.
const scratch = new Uint8Array(8);
const scratchView = new DataView(scratch.buffer);

function bigUintBe(byteCount: 7 | 8): Field<bigint> {
  const limit = 1n << BigInt(8 * byteCount);
  return {
    type: `u${8 * byteCount}be`,
    domain: `0 to 2^${8 * byteCount} - 1`,
    isTuple: false,
    isOpenEnded: false,
    least: NO_BYTES,
    measure(value, name) {
      if (typeof value !== 'bigint') throw new TypeError(`${name} must be a bigint, not ${typeof value}`);
      if (value < 0n || value >= limit) {
        throw new RangeError(`${name} must be from 0 to 2^${8 * byteCount} - 1`);
      }
      return byteCount;
    },
    write(value, target, offset) {
      scratchView.setBigUint64(0, value);
      for (let i = 8 - byteCount; i < 8; i++) target[offset++] = scratch[i] as number;
      return offset;
    },
    read(reader) {
      scratch[0] = 0;
      scratch.set(reader.take(byteCount), 8 - byteCount);
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
  type: 'bytes',
  domain: 'any bytes to the end of the key',
  isTuple: false,
  isOpenEnded: true,
  least: NO_BYTES,
  measure(value, name) {
    if (!(value instanceof Uint8Array))
      throw new TypeError(`${name} must be a Uint8Array, not ${typeof value}`);
    return value.length;
  },
  write(value, target, offset) {
    target.set(value, offset);
    return offset + value.length;
  },
  read: (reader) => copyBytes(reader.takeRest()),
};

/** Any text, possibly empty, as UTF-8 up to the end of the key. Not normalised. */
export const restUtf8: Field<string> = {
  type: 'utf8',
  domain: 'text without lone surrogates, to the end of the key',
  isTuple: false,
  isOpenEnded: true,
  least: NO_BYTES,
  measure(value, name) {
    assertText(value, name);
    if (!isUtf8Encodable(value)) throw new RangeError(`${name} holds a lone surrogate`);
    return Buffer.byteLength(value);
  },
  write(value, target, offset) {
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
