import {
  type DecodedKeyspaceKey,
  decodeKey,
  decodeKeyspaceKey,
  fieldsToJson,
  NAMESPACES,
} from '../layout/index.js';
import { quoted } from './output.js';

/** A decoded key in JSON: bytes as hex, 64-bit numbers as decimal digits. */
export interface KeyDescription {
  readonly namespace?: { readonly byte: number; readonly name: string };
  readonly layoutVersion?: number;
  /** The newest layout that has this key. */
  readonly layout?: number;
  readonly family: string;
  readonly status: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** One English sentence. */
  readonly sentence: string;
}

/**
 * What a key of an actor's partition, or of the keyspace's, is.
 *
 * @throws {KeyspaceError} `key.malformed`.
 */
export function describeKey(key: Uint8Array, partition: 'actor' | 'keyspace' = 'actor'): KeyDescription {
  if (partition === 'keyspace') return shared(decodeKeyspaceKey(key));
  const decoded = decodeKey(key);
  const { namespace, layoutVersion, layout } = decoded;
  return {
    namespace: { byte: namespace, name: namespaceName(namespace) },
    ...(layoutVersion !== undefined && { layoutVersion }),
    layout,
    ...shared(decoded),
  };
}

export function namespaceName(byte: number): string {
  return NAMESPACES[byte]?.name ?? 'unknown';
}

export function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

function shared({ family, status, fields, sentence }: DecodedKeyspaceKey) {
  const { userKey } = fields;
  const text = family === 'kv.entry' ? readableText(userKey as Uint8Array) : undefined;
  return {
    family,
    status,
    fields: fieldsToJson(fields),
    sentence: text === undefined ? sentence : `User key ${quoted(text, USER_KEY_CHARACTERS_MAX)}.`,
  };
}

const USER_KEY_CHARACTERS_MAX = 60;

/** The text that bytes are, or their first `bytesMax`, if it is text a person would have typed. */
export function readableText(bytes: Uint8Array, bytesMax = bytes.length): string | undefined {
  if (bytes.length === 0) return undefined;
  // A cut may split a character, which a stream leaves out.
  const stream = bytes.length > bytesMax;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      bytes.subarray(0, bytesMax),
      { stream },
    );
    return /[\p{Cc}\p{Cn}\p{Co}]/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
