import { PARTITION_BYTES_MAX } from './limits.js';

/** What a partition, or its part after the root, begins with. */
export const ROOT = 0x01;
export const ACTOR = 0x02;
export const KEYSPACE = 0x14;
const END = 0x00;

/**
 * Length of the partition that a stored key begins with.
 *
 * A partition is `[01 root 00] (02 id 00 | 14)`, root and id without `00` bytes: in tuple encoding an optional
 * byte string, then a string or the integer 0. It ends itself, so none is a prefix of another and a store may
 * concatenate partition and key.
 *
 * @returns The length in bytes, or -1 if the bytes begin with no partition.
 */
export function partitionLength(bytes: Uint8Array): number {
  let at = 0;
  if (bytes[0] === ROOT) {
    at = bytes.indexOf(END, 1) + 1;
    if (at === 0) return -1;
  }
  if (bytes[at] === KEYSPACE) return at + 1;
  if (bytes[at] !== ACTOR) return -1;
  const end = bytes.indexOf(END, at + 1);
  return end === -1 ? -1 : end + 1;
}

/**
 * @throws {TypeError} If `partition` is not a `Uint8Array`.
 * @throws {RangeError} If it is not exactly one partition of at most 278 bytes (see {@link partitionLength}).
 */
export function assertPartition(partition: Uint8Array): void {
  if (!(partition instanceof Uint8Array)) throw new TypeError('partition must be a Uint8Array');
  if (partition.length > PARTITION_BYTES_MAX) {
    throw new RangeError(`partition has ${partition.length} bytes, the limit is ${PARTITION_BYTES_MAX}`);
  }
  if (partitionLength(partition) !== partition.length)
    throw new RangeError('not a self-delimiting partition');
}
