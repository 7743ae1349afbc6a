import { assertBytes, decodeUtf8, encodeUtf8, isUtf8Encodable } from '../bytes/index.js';
import { assertText, assertWhole, type Field, NO_BYTES } from './field.js';
import { tupleString } from './tuple-fields.js';

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
    return writeWord(target, offset, value);
  },
  read(reader) {
    return readWord(reader.bytes, reader.advance(4)) >>> 0;
  },
};

// One integer as the processor holds it: faster than shifting a bigint, and allocates nothing.
const image = new BigUint64Array(1);
const words = new Uint32Array(image.buffer);
image[0] = 1n;
const LOW = words[0] === 1 ? 0 : 1;
const HIGH = 1 - LOW;

function bigUintBe(byteCount: 7 | 8): Field<bigint> {
  const highMax = byteCount === 8 ? 0xffff_ffff : 0xff_ffff;
  return {
    ...fixed,
    type: `u${8 * byteCount}be`,
    domain: `0 to 2^${8 * byteCount} - 1`,
    fixedBytes: byteCount,
    measure: () => byteCount,
    write(value, target, offset, name) {
      if (typeof value !== 'bigint') throw new TypeError(`${name} must be a bigint, not ${typeof value}`);
      // Keeps the low 64 bits, so that any other integer comes back changed.
      image[0] = value;
      const high = words[HIGH] as number;
      if (image[0] !== value || high > highMax) {
        throw new RangeError(`${name} must be from 0 to 2^${8 * byteCount} - 1`);
      }
      let at = offset;
      if (byteCount === 8) target[at++] = high >>> 24;
      target[at++] = high >>> 16;
      target[at++] = high >>> 8;
      target[at++] = high;
      return writeWord(target, at, words[LOW] as number);
    },
    read(reader) {
      const { bytes } = reader;
      const at = reader.advance(byteCount);
      const low = at + byteCount - 4;
      // Of seven bytes this takes in one before them, and drops it.
      words[HIGH] = readWord(bytes, low - 4) & highMax;
      words[LOW] = readWord(bytes, low);
      return image[0] as bigint;
    },
  };
}

function writeWord(target: Uint8Array, offset: number, value: number): number {
  target[offset] = value >>> 24;
  target[offset + 1] = value >>> 16;
  target[offset + 2] = value >>> 8;
  target[offset + 3] = value;
  return offset + 4;
}

/** 32 bits as a signed integer. */
function readWord(bytes: Uint8Array, offset: number): number {
  return (bytes[offset]! << 24) | (bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!;
}

/** Eight bytes, most significant first. */
export const u64be = bigUintBe(8);

const WORD = 0x1_0000_0000;

/** Milliseconds since the Unix epoch in eight bytes, most significant first. */
export const timeMsBe: Field<number> = {
  ...fixed,
  type: 'u64be time',
  domain: '0 to 2^53 - 1',
  fixedBytes: 8,
  measure: () => 8,
  write(value, target, offset, name) {
    assertWhole(value, 0, Number.MAX_SAFE_INTEGER, name);
    return writeWord(target, writeWord(target, offset, Math.floor(value / WORD)), value % WORD);
  },
  read(reader) {
    const at = reader.advance(8);
    const high = readWord(reader.bytes, at) >>> 0;
    if (high > 0x1f_ffff) throw reader.malformed('time is above 2^53 - 1', at);
    return high * WORD + (readWord(reader.bytes, at + 4) >>> 0);
  },
};

/**
 * Any text, possibly empty, amid a binary tail: a tuple string and `00`. Without that, what follows could begin with
 * the `ff` that makes the end of a tuple string an escaped NUL.
 */
export const endedText: Field<string> = {
  ...tupleString,
  type: 'T[text] 00',
  isTuple: false,
  measure: (value, name) => tupleString.measure(value, name) + 1,
  write(value, target, offset, name) {
    const end = tupleString.write(value, target, offset, name);
    target[end] = 0;
    return end + 1;
  },
  read(reader) {
    const value = tupleString.read(reader);
    const at = reader.advance(1);
    if (reader.bytes[at] !== 0) throw reader.malformed('not the 00 after a text', at);
    return value;
  },
};

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
    return writeBytes(target, offset, value);
  },
  read: (reader) => reader.takeRest(),
};

/** Any text, possibly empty, as UTF-8 up to the end of the key. Not normalised. */
export const restUtf8: Field<string> = {
  ...openEnded,
  type: 'utf8',
  domain: 'text without lone surrogates, to the end of the key',
  measure(value, name) {
    assertText(value, name);
    for (let i = 0; i < value.length; i++) {
      if (value.charCodeAt(i) > 0x7f) return i + utf8Of(value, i, name).length;
    }
    return value.length;
  },
  write(value, target, offset, name) {
    assertText(value, name);
    // Most text in keys is ASCII, and a call of the text encoder costs as much as a hundred of its bytes.
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i);
      if (unit > 0x7f) return writeBytes(target, offset + i, utf8Of(value, i, name));
      target[offset + i] = unit;
    }
    return offset + value.length;
  },
  read(reader) {
    const start = reader.offset;
    const value = decodeUtf8(reader.takeRest());
    if (value === undefined) throw reader.malformed('not valid UTF-8', start);
    return value;
  },
};

/** The UTF-8 bytes of the text from `start` on, where no surrogate pair may be split. */
function utf8Of(text: string, start: number, name: string): Uint8Array {
  if (!isUtf8Encodable(text)) throw new RangeError(`${name} holds a lone surrogate`);
  return encodeUtf8(text.slice(start));
}

/** Up to this length a loop is faster than `set`. */
const LOOPED_BYTES_MAX = 8;

function writeBytes(target: Uint8Array, offset: number, bytes: Uint8Array): number {
  const end = offset + bytes.length;
  if (bytes.length <= LOOPED_BYTES_MAX) {
    for (let i = 0; i < bytes.length; i++) target[offset + i] = bytes[i] as number;
  } else if (end <= target.length) {
    target.set(bytes, offset);
  }
  return end;
}
