import { crc32 } from 'node:zlib';
import { allocateValue } from './value-pool.js';

/**
 * What the data database holds for a value: the value, then 4 bytes, big-endian: the CRC-32 (of zlib) of the
 * stored key followed by the value. With the key in it, a value under another's key does not match.
 */
export const CHECKSUM_BYTES = 4;

export function seal(storedKey: Uint8Array, value: Uint8Array): Uint8Array {
  const sealed = Buffer.allocUnsafe(value.length + CHECKSUM_BYTES);
  sealed.set(value);
  sealed.writeUInt32BE(checksum(storedKey, value), value.length);
  return sealed;
}

/**
 * @param sealed May be a view of memory that changes later.
 * @returns The value in a new array the caller owns (its `buffer` may be shared), or why it is not what was sealed under this key.
 */
export function unseal(storedKey: Uint8Array, sealed: Uint8Array): Uint8Array | string {
  const valueBytes = sealed.length - CHECKSUM_BYTES;
  if (valueBytes < 0) return `${sealed.length} bytes are too few for a checksum`;
  const value = allocateValue(valueBytes);
  value.set(sealed.subarray(0, valueBytes));
  if (checksum(storedKey, value) !== readUint32(sealed, valueBytes)) return 'the checksum does not match';
  return value;
}

/** How long the value is of which this many bytes are stored. */
export function unsealedBytes(sealedBytes: number): number {
  return Math.max(0, sealedBytes - CHECKSUM_BYTES);
}

function checksum(storedKey: Uint8Array, value: Uint8Array): number {
  const keyChecksum = crc32(storedKey);
  // zlib starts over where an empty array has no memory, as those of TextEncoder have not.
  return value.length === 0 ? keyChecksum : crc32(value, keyChecksum);
}

function readUint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}
