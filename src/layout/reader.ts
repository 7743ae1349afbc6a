import { toHex } from '../bytes/index.js';
import { KeyspaceError } from '../errors.js';

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

/** @throws {TypeError} If `bytes` is not a `Uint8Array`. */
export function assertKeyBytes(bytes: Uint8Array): void {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`key must be a Uint8Array, not ${typeof bytes}`);
}

/** Reads a key from left to right; fields move `offset` past what they have read. */
export class KeyReader {
  readonly bytes: Uint8Array;
  offset: number;

  constructor(bytes: Uint8Array, offset: number) {
    this.bytes = bytes;
    this.offset = offset;
  }

  /** The next `count` bytes, not copied. */
  take(count: number): Uint8Array {
    const { bytes, offset } = this;
    if (count > bytes.length - offset) {
      throw this.malformed(`ends where ${count} more bytes are needed`, bytes.length);
    }
    this.offset += count;
    return bytes.subarray(offset, offset + count);
  }

  /** Everything up to the end of the key, not copied. */
  takeRest(): Uint8Array {
    return this.take(this.bytes.length - this.offset);
  }

  malformed(reason: string, byteOffset = this.offset): KeyspaceError<'key.malformed'> {
    return malformedKey(this.bytes, byteOffset, reason);
  }
}

/**
 * Runs a reader of tuple elements, whose offsets count from the start of `bytes`.
 *
 * @throws {KeyspaceError} `key.malformed` in place of `tuple.malformed`.
 */
export function withTupleErrors<Value>(bytes: Uint8Array, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof KeyspaceError) || error.code !== 'tuple.malformed') throw error;
    const { byteOffset, reason } = (error as KeyspaceError<'tuple.malformed'>).details;
    throw malformedKey(bytes, byteOffset, reason, error);
  }
}
