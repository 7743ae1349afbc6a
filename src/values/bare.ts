import * as bare from '@bare-ts/lib';
import { decodeUtf8, encodeUtf8 } from '../bytes/index.js';

/**
 * The runtime of the generated codecs: `@bare-ts/lib`, with what it takes leniently replaced.
 *
 * Its own writers wrap integers that do not fit and replace lone surrogates, its string reader drops a leading
 * U+FEFF, and releases 0.4.0 and 0.6.0 write the length of data from 16,384 bytes on wrongly.
 */
export * from '@bare-ts/lib';

export function readString(cursor: bare.ByteCursor): string {
  const lengthOffset = cursor.offset;
  const text = decodeUtf8(bare.readUnsafeU8FixedArray(cursor, bare.readUintSafe32(cursor)));
  if (text !== undefined) return text;
  cursor.offset = lengthOffset;
  throw new bare.BareError(lengthOffset, 'invalid UTF-8');
}

export function writeString(cursor: bare.ByteCursor, text: string): void {
  writeBytes(cursor, encodeUtf8(text));
}

export function writeData(cursor: bare.ByteCursor, data: ArrayBuffer): void {
  writeBytes(cursor, new Uint8Array(data));
}

export function writeU16(cursor: bare.ByteCursor, value: number): void {
  checkInteger(value, 0, 0xffff);
  bare.writeU16(cursor, value);
}

export function writeU32(cursor: bare.ByteCursor, value: number): void {
  checkInteger(value, 0, 0xffff_ffff);
  bare.writeU32(cursor, value);
}

export function writeU64(cursor: bare.ByteCursor, value: bigint): void {
  if (BigInt.asUintN(64, value) !== value) throw new RangeError(`${value} is not an unsigned 64-bit integer`);
  bare.writeU64(cursor, value);
}

export function writeU64Safe(cursor: bare.ByteCursor, value: number): void {
  checkInteger(value, 0, Number.MAX_SAFE_INTEGER);
  bare.writeU64(cursor, BigInt(value));
}

export function writeI64Safe(cursor: bare.ByteCursor, value: number): void {
  checkInteger(value, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  bare.writeI64(cursor, BigInt(value));
}

function writeBytes(cursor: bare.ByteCursor, bytes: Uint8Array): void {
  bare.writeUintSafe(cursor, bytes.length);
  bare.writeU8FixedArray(cursor, bytes);
}

function checkInteger(value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(`${value} is not an integer from ${min} to ${max}`);
  }
}
