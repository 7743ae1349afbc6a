import type { Transaction } from 'lmdb';
import { toHex } from '../../bytes/index.js';
import { KeyspaceError } from '../../errors.js';
import { unseal } from './envelope.js';
import type { BytesDatabase } from './environment.js';
import { engineFailure } from './failure.js';
import { storedKey } from './stored-key.js';

/** Where reads come from: a held transaction, or the current one if there is none. */
export interface View {
  readonly data: BytesDatabase;
  readonly transaction?: Transaction | undefined;
}

/** @throws {KeyspaceError} `value.corrupt`; `store.failed`. */
export function readValue(view: View, partition: Uint8Array, key: Uint8Array): Uint8Array | undefined {
  const { data, transaction } = view;
  const stored = storedKey(partition, key);
  let found: Buffer | undefined;
  try {
    found = data.getBinaryFast(stored, transaction && { transaction });
  } catch (error) {
    throw engineFailure('read', error);
  }
  if (found === undefined) return undefined;
  const value = unseal(stored, found.subarray(0, data.lastSize));
  if (typeof value === 'string') throw corruptValue(key, value);
  return value;
}

export function corruptValue(key: Uint8Array, reason: string): KeyspaceError<'value.corrupt'> {
  return new KeyspaceError('value.corrupt', `the stored value is damaged: ${reason}`, {
    keyHex: toHex(key),
    reason,
  });
}
