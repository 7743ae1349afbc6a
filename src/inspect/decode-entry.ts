import { assertBytes } from '../bytes/index.js';
import { type DecodedKey, type DecodedKeyspaceKey, decodeKey, decodeKeyspaceKey } from '../layout/index.js';
import { VALUE_DECODERS } from './decoders.js';
import { undecoded } from './plain-values.js';
import type { DecodedValue } from './value.js';

/** An entry in words and records. */
export interface DecodedEntry<Key extends DecodedKeyspaceKey = DecodedKey> {
  readonly key: Key;
  readonly value: DecodedValue;
}

/**
 * Decodes an entry of an actor's partition, of either layout: the key, and the value as its family defines it. A
 * value whose format is open, or not known to this version, is of the kind `bytes`.
 *
 * @param key Inside the actor.
 * @throws {KeyspaceError} `key.malformed`; `value.malformed`; `value.version_unsupported`. Nothing else, in time and
 * memory proportional to the entry.
 * @throws {TypeError} If an argument is not a `Uint8Array`.
 *
 * @example
 * const { value } = decodeEntry(key, bytes);
 * if (value.kind === 'actor') console.log(value.record.scheduledEvents.length);
 */
export function decodeEntry(key: Uint8Array, value: Uint8Array): DecodedEntry {
  return entryOf(decodeKey(key), value);
}

/** As {@link decodeEntry}, for an entry of the keyspace partition. */
export function decodeKeyspaceEntry(key: Uint8Array, value: Uint8Array): DecodedEntry<DecodedKeyspaceKey> {
  return entryOf(decodeKeyspaceKey(key), value);
}

function entryOf<Key extends DecodedKeyspaceKey>(key: Key, value: Uint8Array): DecodedEntry<Key> {
  assertBytes(value, 'value');
  const decode = VALUE_DECODERS[key.family] ?? undecoded;
  return { key, value: decode(value, key.fields) };
}
