import { strinc } from '../../bytes/index.js';
import { COMMON_LIMITS } from '../../store/index.js';

const scratch = Buffer.alloc(COMMON_LIMITS.partitionBytesMax + COMMON_LIMITS.keyBytesMax);

/**
 * Partition and key, as the data database is keyed.
 *
 * @returns A view that the next call overwrites: lmdb-js copies a key before its calls return.
 */
export function storedKey(partition: Uint8Array, key: Uint8Array): Uint8Array {
  scratch.set(partition);
  scratch.set(key, partition.length);
  return scratch.subarray(0, partition.length + key.length);
}

/**
 * Where a bound of a range within a partition falls among stored keys.
 *
 * @param bound Of any length: no key is longer than the limit, so a longer bound is equivalent to the first key
 * after all that begin with its first bytes.
 * @returns A new array the caller owns.
 */
export function storedBound(partition: Uint8Array, bound: Uint8Array): Uint8Array {
  const { keyBytesMax } = COMMON_LIMITS;
  if (bound.length <= keyBytesMax) return new Uint8Array(storedKey(partition, bound));
  return strinc(storedKey(partition, bound.subarray(0, keyBytesMax)));
}
