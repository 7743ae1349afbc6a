import { assertRoom, toHex } from '../bytes/index.js';
import { CODE_NEGATIVE_LONG, CODE_POSITIVE_LONG, CODE_ZERO } from './codes.js';
import { assertWithin, malformed } from './malformed.js';

/** Integers from this many bytes up say their length in a byte of its own. */
const LONG_BYTES_MIN = 9;
/** No safe integer has more bytes. */
const SAFE_BYTES_MAX = 7;

/**
 * Length of an encoded unsigned integer, 1 to 8 bytes.
 *
 * @throws {RangeError} If the value is not an integer of 0 to 2^53 - 1. -0 is none.
 */
export function uintBytes(value: number): number {
  assertUint(value);
  if (value < 0x1_0000) return value === 0 ? 1 : value < 0x100 ? 2 : 3;
  if (value < 0x1_0000_0000) return value < 0x100_0000 ? 4 : 5;
  if (value < 0x1_0000_0000_0000) return value < 0x100_0000_0000 ? 6 : 7;
  return 8;
}

/**
 * Writes an unsigned integer: `14 + n`, then its n big-endian bytes without leading zeroes.
 *
 * @returns The offset after it.
 * @throws {RangeError} If the value is not an integer of 0 to 2^53 - 1, or the target ends before it.
 */
export function writeUint(target: Uint8Array, offset: number, value: number): number {
  assertUint(value);
  const low = value >>> 0;
  const high = (value - low) / 0x1_0000_0000;
  let end = offset + 1;
  if (high > 0) {
    if (high > 0xffff) target[end++] = high >>> 16;
    if (high > 0xff) target[end++] = high >>> 8;
    target[end++] = high;
  }
  if (value > 0xff_ffff) target[end++] = low >>> 24;
  if (value > 0xffff) target[end++] = low >>> 16;
  if (value > 0xff) target[end++] = low >>> 8;
  if (value > 0) target[end++] = low;
  target[offset] = CODE_ZERO + end - offset - 1;
  assertRoom(target, end);
  return end;
}

function assertUint(value: number): void {
  if (!Number.isSafeInteger(value) || value < 0 || Object.is(value, -0)) throw notUint(value);
}

function notUint(value: unknown): RangeError {
  return new RangeError(`not a number that is an integer of 0 to 2^53 - 1: ${typeof value}`);
}

/**
 * Reads an unsigned integer of 0 to 2^53 - 1. It ends at `offset + uintBytes(value)`.
 *
 * @throws {KeyspaceError} `tuple.malformed` if there is anything else at `offset`, a larger integer or
 * one with leading zeroes included.
 */
export function readUint(bytes: Uint8Array, offset: number): number {
  const length = (bytes[offset] ?? -1) - CODE_ZERO;
  if (!(length >= 0 && length <= SAFE_BYTES_MAX)) throw malformed(offset, 'no integer of 0 to 2^53 - 1');
  const end = offset + 1 + length;
  assertWithin(bytes, end, 'an integer');
  if (length > 0 && bytes[offset + 1] === 0) throw malformed(offset + 1, 'an integer has leading zeroes');
  const value = readMagnitude(bytes, offset + 1, end, 0);
  if (value > Number.MAX_SAFE_INTEGER) throw malformed(offset, 'no integer of 0 to 2^53 - 1');
  return value;
}

/**
 * Reads an integer whose code, one of 0b to 1d, is at `offset`, and returns it as a number if it is safe.
 * It ends at `integerEnd(bytes, offset)`.
 */
export function readInteger(bytes: Uint8Array, offset: number, end: number): number | bigint {
  const code = bytes[offset]!;
  if (code === CODE_ZERO) return 0;
  assertWithin(bytes, end, 'an integer');
  const isNegative = code < CODE_ZERO;
  const isLong = code === CODE_POSITIVE_LONG || code === CODE_NEGATIVE_LONG;
  const start = isLong ? offset + 2 : offset + 1;
  if (isLong && end - start < LONG_BYTES_MIN) {
    throw malformed(offset + 1, `an integer of ${end - start} bytes says its length`);
  }
  // Negative integers are written as their ones' complement, so that more negative ones sort first.
  const flip = isNegative ? 0xff : 0;
  if (bytes[start] === flip) throw malformed(start, 'an integer has leading zeroes');
  if (end - start <= SAFE_BYTES_MAX) {
    const magnitude = readMagnitude(bytes, start, end, flip);
    if (magnitude <= Number.MAX_SAFE_INTEGER) return isNegative ? -magnitude : magnitude;
  }
  const raw = BigInt(`0x${toHex(bytes.subarray(start, end))}`);
  return isNegative ? raw + 1n - (1n << BigInt(8 * (end - start))) : raw;
}

/** Where the integer at `offset` ends by its code and length byte, which may be beyond the input. */
export function integerEnd(bytes: Uint8Array, offset: number): number {
  const code = bytes[offset]!;
  if (code !== CODE_POSITIVE_LONG && code !== CODE_NEGATIVE_LONG) {
    return offset + 1 + Math.abs(code - CODE_ZERO);
  }
  assertWithin(bytes, offset + 2, 'an integer');
  return offset + 2 + (bytes[offset + 1]! ^ (code === CODE_NEGATIVE_LONG ? 0xff : 0));
}

/** Up to 7 bytes, each xor `flip`. Inexact above 2^53, but never so as to look safe. */
function readMagnitude(bytes: Uint8Array, start: number, end: number, flip: number): number {
  let magnitude = 0;
  for (let at = start; at < end; at++) magnitude = magnitude * 0x100 + (bytes[at]! ^ flip);
  return magnitude;
}
