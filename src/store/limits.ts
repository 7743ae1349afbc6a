import { assertBytes } from '../bytes/index.js';
import { KeyspaceError } from '../errors.js';
import type { StoreLimits } from './contract.js';

/** A keyspace root may take 22 bytes of a partition and an actor id 256. */
export const ROOT_BYTES_MAX = 22;
export const ACTOR_ID_BYTES_MAX = 256;
export const PARTITION_BYTES_MAX = ROOT_BYTES_MAX + ACTOR_ID_BYTES_MAX;

/** LMDB with 4 KiB pages holds keys of 1,978 bytes: 278 of partition and 1,700 inside it. */
export const KEY_BYTES_MAX = 1_700;

/** A value as a caller of the library sees it. */
export const VALUE_BYTES_MAX = 131_072;

/** A value as a store sees it: the caller's largest, and up to 1,024 bytes of envelope. */
export const STORED_VALUE_BYTES_MAX = 132_096;

/** The profile every store shares; only the commit size is the store's own. */
export const COMMON_LIMITS = {
  partitionBytesMax: PARTITION_BYTES_MAX,
  keyBytesMax: KEY_BYTES_MAX,
  valueBytesMax: STORED_VALUE_BYTES_MAX,
} as const satisfies Omit<StoreLimits, 'commitBytesMax'>;

/** @throws {KeyspaceError} `key.empty` or `key.too_large`. */
export function assertKey(key: Uint8Array, limits: Pick<StoreLimits, 'keyBytesMax'>): void {
  assertBytes(key, 'key');
  if (key.length === 0)
    throw new KeyspaceError('key.empty', 'key has 0 bytes, at least 1 is needed', { keyBytesMin: 1 });
  if (key.length > limits.keyBytesMax) {
    const { keyBytesMax } = limits;
    throw new KeyspaceError('key.too_large', `key has ${key.length} bytes, the store allows ${keyBytesMax}`, {
      keyBytes: key.length,
      keyBytesMax,
    });
  }
}

/** @throws {KeyspaceError} `value.too_large`. */
export function assertValue(value: Uint8Array, valueBytesMax: number): void {
  assertBytes(value, 'value');
  if (value.length > valueBytesMax) {
    throw new KeyspaceError(
      'value.too_large',
      `value has ${value.length} bytes, the limit is ${valueBytesMax}`,
      {
        valueBytes: value.length,
        valueBytesMax,
      },
    );
  }
}
