import { toHex } from '../bytes/index.js';
import { isKeyspaceError, KeyspaceError } from '../errors.js';
import { CODE_ZERO, readUint } from '../tuple/index.js';
import { byteCount } from './wording.js';

/** The error every decoder of this folder throws. The message leaves the key out: it may hold user data. */
export function malformedKey(
  bytes: Uint8Array,
  byteOffset: number,
  reason: string,
  cause?: unknown,
): KeyspaceError<'key.malformed'> {
  return new KeyspaceError(
    'key.malformed',
    `malformed key at byte ${byteOffset}: ${reason}`,
    { keyHex: toHex(bytes), byteOffset, reason },
    cause === undefined ? undefined : { cause },
  );
}

/** Reads a key from left to right; fields move `offset` past what they have read. */
export class KeyReader {
  readonly bytes: Uint8Array;
  offset: number;

  constructor(bytes: Uint8Array, offset: number) {
    this.bytes = bytes;
    this.offset = offset;
  }

  /** Moves past `count` bytes and returns where they start. */
  advance(count: number): number {
    const { bytes, offset } = this;
    const missing = count - (bytes.length - offset);
    if (missing > 0) throw this.malformed(`ends ${byteCount(missing)} too early`, bytes.length);
    this.offset += count;
    return offset;
  }

  /** Reads a tuple integer; its code says how long it is. */
  uint(): number {
    const { bytes, offset } = this;
    const value = readUint(bytes, offset);
    this.offset = offset + 1 + (bytes[offset] as number) - CODE_ZERO;
    return value;
  }

  /** Everything up to the end of the key, not copied. */
  takeRest(): Uint8Array {
    const { bytes, offset } = this;
    this.offset = bytes.length;
    return bytes.subarray(offset);
  }

  malformed(reason: string, byteOffset = this.offset): KeyspaceError<'key.malformed'> {
    return malformedKey(this.bytes, byteOffset, reason);
  }
}

/**
 * What a decoder throws where reading tuple elements of `bytes` failed.
 *
 * @returns `key.malformed` in place of `tuple.malformed`, whose offsets count from the start of `bytes`; any
 * other error as it is.
 */
export function asKeyError(error: unknown, bytes: Uint8Array): unknown {
  if (!isKeyspaceError(error, 'tuple.malformed')) return error;
  return malformedKey(bytes, error.details.byteOffset, error.details.reason, error);
}
