import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { fromHex, toHex } from '../bytes/index.js';

const DIGEST = /^[0-9a-f]{64}$/;

/** Hashing this much takes about two milliseconds; then others have their turn. */
const TURN_BYTES = 4 * 1024 * 1024;

/**
 * @returns The 32 bytes of a digest written as 64 lower-case hex digits.
 * @throws {TypeError} If it is not a string.
 * @throws {RangeError} If it is written otherwise.
 */
export function parseDigest(digest: string): Uint8Array {
  if (typeof digest !== 'string') throw new TypeError(`a digest must be a string, not ${typeof digest}`);
  if (!DIGEST.test(digest)) throw new RangeError('a digest must be 64 lower-case hex digits');
  return fromHex(digest);
}

export function digestText(digest: Uint8Array): string {
  return toHex(digest);
}

/** The SHA-256 of bytes that come in parts. */
export class Hasher {
  readonly #hash = createHash('sha256');

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  /** The digest, a new array of 32 bytes. Nothing can be added afterwards. */
  digest(): Uint8Array {
    return new Uint8Array(this.#hash.digest());
  }
}

/** The SHA-256 of bytes of any length, a new array. */
export async function hashBytes(bytes: Uint8Array): Promise<Uint8Array> {
  const hasher = new Hasher();
  for (let begin = 0; begin < bytes.length; begin += TURN_BYTES) {
    if (begin > 0) await setImmediate();
    hasher.update(bytes.subarray(begin, begin + TURN_BYTES));
  }
  return hasher.digest();
}
