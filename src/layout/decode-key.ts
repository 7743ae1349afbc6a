import { assertBytes, spacedHex } from '../bytes/index.js';
import type { KeyspaceError } from '../errors.js';
import type { Layout } from './constants.js';
import { ACTOR_FAMILIES, KEYSPACE_FAMILIES } from './families/index.js';
import type { KeyFormat, KeyStatus } from './key-format.js';
import { NAMESPACES } from './namespaces.js';
import { malformedKey } from './reader.js';

/** What a key of the keyspace partition is. */
export interface DecodedKeyspaceKey {
  /** Name of the family, for example `keyspace.due`. */
  readonly family: string;
  /** New values, by field name; they share no memory with the key. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** One English sentence. Long texts and bytes in it are shortened. */
  readonly sentence: string;
  readonly status: KeyStatus;
}

/** What a key of an actor's partition is. */
export interface DecodedKey extends DecodedKeyspaceKey {
  /** The newest layout in which these bytes are this key. */
  readonly layout: Layout;
  /** The first byte. */
  readonly namespace: number;
  /** The second byte where the namespace has a layout version. */
  readonly layoutVersion?: number;
}

interface PrefixNode {
  readonly children: Map<number, PrefixNode>;
  family?: KeyFormat<object>;
}

function prefixTree(families: readonly KeyFormat<object>[]): PrefixNode {
  const root: PrefixNode = { children: new Map() };
  for (const family of families) {
    let node = root;
    for (const byte of family.prefix) {
      let child = node.children.get(byte);
      if (child === undefined) {
        child = { children: new Map() };
        node.children.set(byte, child);
      }
      node = child;
    }
    if (node.family !== undefined)
      throw new TypeError(`${family.name} has the prefix of ${node.family.name}`);
    node.family = family;
  }
  return root;
}

const actorTree = prefixTree(ACTOR_FAMILIES);
const keyspaceTree = prefixTree(KEYSPACE_FAMILIES);

/**
 * Names a key of an actor's partition, of either layout. The longest known prefix decides the family, so a
 * key is decoded at most once and there is nothing to guess.
 *
 * @throws {TypeError} If `bytes` is not a `Uint8Array`.
 * @throws {KeyspaceError} `key.malformed`; nothing else, in time and memory proportional to the key.
 */
export function decodeKey(bytes: Uint8Array): DecodedKey {
  const family = findFamily(actorTree, bytes);
  const decoded = decodeAs(family, bytes);
  const { layoutVersion } = family;
  return {
    layout: family.layouts.at(-1) as Layout,
    namespace: bytes[0] as number,
    ...(layoutVersion === undefined ? {} : { layoutVersion }),
    ...decoded,
  };
}

/** As {@link decodeKey}, for a key of the keyspace partition. */
export function decodeKeyspaceKey(bytes: Uint8Array): DecodedKeyspaceKey {
  return decodeAs(findFamily(keyspaceTree, bytes), bytes);
}

function decodeAs(family: KeyFormat<object>, bytes: Uint8Array): DecodedKeyspaceKey {
  const fields = family.decode(bytes);
  return {
    family: family.name,
    fields: fields as Readonly<Record<string, unknown>>,
    sentence: family.describe(fields),
    status: family.status,
  };
}

/** @throws {KeyspaceError} `key.malformed` if no family's prefix begins the key. */
function findFamily(tree: PrefixNode, bytes: Uint8Array): KeyFormat<object> {
  assertBytes(bytes, 'key');
  let family: KeyFormat<object> | undefined;
  let node = tree;
  let offset = 0;
  for (;;) {
    if (node.family !== undefined) family = node.family;
    const child = offset < bytes.length ? node.children.get(bytes[offset] as number) : undefined;
    if (child === undefined) break;
    node = child;
    offset++;
  }
  // A family without fields is one key: what lies deeper is not its own.
  const isBeside = offset < bytes.length && node.children.size > 0 && node.family?.fields.length === 0;
  if (family === undefined || isBeside) throw unknownKey(tree, bytes, offset);
  return family;
}

function unknownKey(tree: PrefixNode, bytes: Uint8Array, offset: number): KeyspaceError<'key.malformed'> {
  return malformedKey(bytes, offset, unknownReason(tree, bytes, offset));
}

function unknownReason(tree: PrefixNode, bytes: Uint8Array, offset: number): string {
  const next = bytes[offset];
  if (next === undefined) return 'ends where more bytes are needed';
  const byte = spacedHex(Uint8Array.of(next));
  if (tree === actorTree) {
    if (offset === 0) return `${byte} is no namespace`;
    const namespace = NAMESPACES[bytes[0] as number];
    if (offset === 1 && namespace?.layoutVersion !== undefined) {
      return `${byte} is no layout version of namespace ${namespace.name}`;
    }
  }
  return `no family goes on with ${byte} here`;
}
