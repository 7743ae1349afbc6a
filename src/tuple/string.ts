import { assertRoom, decodeUtf8, encodeUtf8 } from '../bytes/index.js';
import { CODE_BYTES, CODE_STRING, ESCAPE, TERMINATOR } from './codes.js';
import { malformed } from './malformed.js';

/** Up to this length joining characters is faster than a call of the text decoder. */
const JOINED_CHARACTERS_MAX = 12;
/** Up to this length a loop is faster than what typed arrays offer. */
const LOOPED_BYTES_MAX = 8;

/**
 * Length of an encoded string: its UTF-8 bytes, one more for each NUL, and two around them.
 *
 * @throws {TypeError} If the text is not a string.
 * @throws {RangeError} If the text holds a lone surrogate.
 */
export function stringBytes(text: string): number {
  if (typeof text !== 'string') throw new TypeError(`text is not a string: ${typeof text}`);
  let length = text.length + 2;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0) length++;
    else if (unit > 0x7f) return length - (text.length - i) + escapedBytes(encodeUtf8(text.slice(i)));
  }
  return length;
}

/**
 * Writes a string: `02`, its UTF-8 bytes with every `00` as `00 ff`, and `00`. Never normalises.
 *
 * @returns The offset after it.
 * @throws {TypeError} If the text is not a string.
 * @throws {RangeError} If the text holds a lone surrogate, or the target ends before the string does.
 */
export function writeString(target: Uint8Array, offset: number, text: string): number {
  if (typeof text !== 'string') throw new TypeError(`text is not a string: ${typeof text}`);
  let at = offset;
  target[at++] = CODE_STRING;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) {
      at = writeEscaped(target, at, encodeUtf8(text.slice(i)));
      break;
    }
    target[at++] = unit;
    if (unit === 0) target[at++] = ESCAPE;
  }
  target[at++] = TERMINATOR;
  assertRoom(target, at);
  return at;
}

/**
 * Reads a string.
 *
 * @returns The text, and the offset after its terminator.
 * @throws {KeyspaceError} `tuple.malformed` if there is anything else at `offset`, or the string has no
 * terminator or is not UTF-8.
 */
export function readString(bytes: Uint8Array, offset: number): { value: string; end: number } {
  if (bytes[offset] !== CODE_STRING) throw malformed(offset, 'no string');
  const start = offset + 1;
  let joined = '';
  // Most strings in keys are short ASCII: then one walk finds the terminator and makes the text.
  const joinedEnd = Math.min(bytes.length, start + JOINED_CHARACTERS_MAX + 1);
  for (let at = start; at < joinedEnd; at++) {
    const byte = bytes[at]!;
    if (byte === TERMINATOR && bytes[at + 1] !== ESCAPE) return { value: joined, end: at + 1 };
    if (byte === TERMINATOR || byte > 0x7f) break;
    joined += String.fromCharCode(byte);
  }
  const end = terminatedEnd(bytes, start, 'a string');
  const value = decodeUtf8(unescaped(bytes, start, end - 1));
  if (value === undefined) throw malformed(start, 'a string is not UTF-8');
  return { value, end };
}

/** Length of an encoded byte string: its bytes, one more for each `00`, and two around them. */
export function byteStringBytes(bytes: Uint8Array): number {
  return escapedBytes(bytes) + 2;
}

/**
 * Writes a byte string: `01`, its bytes with every `00` as `00 ff`, and `00`.
 *
 * @returns The offset after it.
 * @throws {RangeError} If the target ends before the byte string does.
 */
export function writeByteString(target: Uint8Array, offset: number, bytes: Uint8Array): number {
  target[offset] = CODE_BYTES;
  const end = writeEscaped(target, offset + 1, bytes);
  target[end] = TERMINATOR;
  assertRoom(target, end + 1);
  return end + 1;
}

/** Reads a byte string into a new array. Layout and errors are those of {@link readString}, with code `01`. */
export function readByteString(bytes: Uint8Array, offset: number): { value: Uint8Array; end: number } {
  if (bytes[offset] !== CODE_BYTES) throw malformed(offset, 'no byte string');
  const end = terminatedEnd(bytes, offset + 1, 'a byte string');
  return { value: new Uint8Array(unescaped(bytes, offset + 1, end - 1)), end };
}

function terminatedEnd(bytes: Uint8Array, start: number, what: string): number {
  for (let at = bytes.indexOf(0, start); at !== -1; at = bytes.indexOf(0, at + 2)) {
    if (bytes[at + 1] !== ESCAPE) return at + 1;
  }
  throw malformed(bytes.length, `${what} has no terminator`);
}

/** The bytes between `start` and `end` without escapes: a view of the input if there are none. */
function unescaped(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const escaped = bytes.subarray(start, end);
  const firstNul = escaped.indexOf(0);
  if (firstNul === -1) return escaped;
  const plain = new Uint8Array(escaped);
  let length = firstNul;
  for (let at = firstNul; at < escaped.length; at++) {
    const byte = escaped[at]!;
    plain[length++] = byte;
    if (byte === 0) at++;
  }
  return plain.subarray(0, length);
}

function escapedBytes(plain: Uint8Array): number {
  let length = plain.length;
  if (isWithoutNul(plain)) return length;
  for (let i = 0; i < plain.length; i++) if (plain[i] === 0) length++;
  return length;
}

function writeEscaped(target: Uint8Array, offset: number, plain: Uint8Array): number {
  if (offset + plain.length <= target.length && isWithoutNul(plain)) {
    target.set(plain, offset);
    return offset + plain.length;
  }
  let at = offset;
  for (let i = 0; i < plain.length; i++) {
    const byte = plain[i]!;
    target[at++] = byte;
    if (byte === 0) target[at++] = ESCAPE;
  }
  return at;
}

/** Whether nothing has to be escaped, where asking is worth a call into the engine. */
function isWithoutNul(plain: Uint8Array): boolean {
  return plain.length > LOOPED_BYTES_MAX && !plain.includes(0);
}
