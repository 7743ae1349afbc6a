import {
  type DecodedKeyspaceKey,
  decodeKey,
  decodeKeyspaceKey,
  fieldsToJson,
  type Layout,
  NAMESPACES,
  spacedHex,
} from '../layout/index.js';
import { quoted } from './output.js';

export interface Namespace {
  readonly byte: number;
  readonly name: string;
}

/** A decoded key in JSON: bytes as hex, 64-bit numbers as decimal digits. */
export interface KeyDescription {
  readonly namespace?: Namespace;
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
    namespace: namespaceOf(namespace, layout),
    ...(layoutVersion !== undefined && { layoutVersion }),
    layout,
    ...shared(decoded),
  };
}

/** What a key's first byte stands for in a layout; without one, in the current layout. */
export function namespaceOf(byte: number, layout?: Layout): Namespace {
  const name = (layout === 0 ? LAYOUT_0_NAMES[byte] : undefined) ?? NAMESPACES[byte]?.name ?? 'unknown';
  return { byte, name };
}

// Layout 0 had a namespace for queue metadata, which moved those after it.
const LAYOUT_0_NAMES: Readonly<Record<number, string>> = { 6: 'queue', 7: 'workflow', 8: 'traces' };

export function hexByte(byte: number): string {
  return spacedHex(Uint8Array.of(byte));
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
