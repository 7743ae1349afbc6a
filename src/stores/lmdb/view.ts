import type { Transaction } from 'lmdb';
import { toHex } from '../../bytes/index.js';
import { KeyspaceError } from '../../errors.js';
import { unseal, unsealedBytes } from './envelope.js';
import type { BytesDatabase } from './environment.js';
import { storedKey } from './stored-key.js';

/** Where reads come from: a held transaction, or the current one if there is none. */
export interface View {
  readonly data: BytesDatabase;
  readonly transaction?: Transaction | undefined;
  /** See `Environment.readFailure`. */
  readonly readFailure: (error: unknown) => KeyspaceError;
}

/** @throws {KeyspaceError} `value.corrupt`; `store.corrupt`; `store.failed`. */
export function readValue(view: View, partition: Uint8Array, key: Uint8Array): Uint8Array | undefined {
  return readStored(view, storedKey(partition, key), key);
}

/**
 * @param stored Partition and key, as the data database is keyed.
 * @param key Without the partition, to be named in the error.
 * @throws {KeyspaceError} `value.corrupt`; `store.corrupt`; `store.failed`.
 */
export function readStored(view: View, stored: Uint8Array, key: Uint8Array): Uint8Array | undefined {
  const found = readSealed(view, stored);
  if (found === undefined) return undefined;
  const value = unseal(stored, found.subarray(0, view.data.lastSize));
  if (typeof value === 'string') throw corruptValue(key, value);
  return value;
}

/** Length of the value, which is not verified. @throws {KeyspaceError} `store.corrupt`; `store.failed`. */
export function readStoredBytes(view: View, stored: Uint8Array): number | undefined {
  return readSealed(view, stored) && unsealedBytes(view.data.lastSize);
}

/** A view of memory that the next read overwrites, as long as `lastSize` then says. */
function readSealed({ data, transaction, readFailure }: View, stored: Uint8Array): Buffer | undefined {
  try {
    return data.getBinaryFast(stored, transaction && { transaction });
  } catch (error) {
    throw readFailure(error);
  }
}

export function corruptValue(key: Uint8Array, reason: string): KeyspaceError<'value.corrupt'> {
  return new KeyspaceError('value.corrupt', `the stored value is damaged: ${reason}`, {
    keyHex: toHex(key),
    reason,
  });
}
