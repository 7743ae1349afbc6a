import { assertBytes, concatBytes, decodeUtf8, encodeUtf8 } from '../bytes/index.js';
import { CODE_BYTES, CODE_STRING, CODE_ZERO, pack, readByteString, writeString } from '../tuple/index.js';
import { measureActorId } from './actor-id.js';
import { assertText } from './field.js';
import { asKeyError, KeyReader, malformedKey } from './reader.js';
import { tupleActorId } from './tuple-fields.js';

/** Limit of a root in its encoded form: the UTF-8 bytes of its name and two more. */
export const ROOT_BYTES_MAX = 22;

/** What a partition is of. `root` is the empty string where there is none. */
export type DecodedPartition =
  | { readonly root: string; readonly actorId: string; readonly keyspace?: never }
  | { readonly root: string; readonly keyspace: true; readonly actorId?: never };

/**
 * What every partition of a keyspace begins with, so that several share a store.
 *
 * Layout: `01 ‖ name, UTF-8 ‖ 00`, a tuple byte string; nothing for the empty name.
 *
 * @param name At most 20 bytes of UTF-8 without NUL.
 * @returns A new array the caller owns, empty for no name.
 * @throws {TypeError} If the name is not a string.
 * @throws {RangeError} If it takes more than 22 bytes encoded, or holds a NUL or a lone surrogate.
 */
export function encodeRoot(name = ''): Uint8Array {
  assertText(name, 'root');
  if (name === '') return new Uint8Array(0);
  const rootBytes = Buffer.byteLength(name) + 2;
  if (rootBytes > ROOT_BYTES_MAX) {
    throw new RangeError(`root takes ${rootBytes} bytes encoded, the limit is ${ROOT_BYTES_MAX}`);
  }
  // Escaped, a NUL would make one root the prefix of another.
  if (name.includes('\0')) throw new RangeError('root holds a NUL');
  return pack([encodeUtf8(name)]);
}

/**
 * The partition of one actor.
 *
 * Layout: `root ‖ T[actorId]`, so `root ‖ 02 ‖ actorId, UTF-8 ‖ 00`. No partition is a byte prefix of another.
 *
 * @param root The keyspace's root name; none if absent or empty.
 * @returns A new array the caller owns, of at most 278 bytes.
 * @throws {TypeError} If an argument is not a string.
 * @throws {RangeError} As {@link encodeRoot}.
 * @throws {KeyspaceError} `actor.id_invalid` if the id is empty, takes more than 256 bytes encoded, or holds
 * a NUL or a lone surrogate.
 */
export function encodeActorPartition(actorId: string, root?: string): Uint8Array {
  const actorIdBytes = measureActorId(actorId);
  const rootBytes = encodeRoot(root);
  const partition = new Uint8Array(rootBytes.length + actorIdBytes);
  partition.set(rootBytes, 0);
  writeString(partition, rootBytes.length, actorId);
  return partition;
}

/**
 * The partition of the keyspace itself: `root ‖ T[0]`, so `root ‖ 14`.
 *
 * @returns A new array the caller owns.
 * @throws As {@link encodeRoot}.
 */
export function encodeKeyspacePartition(root?: string): Uint8Array {
  return concatBytes(encodeRoot(root), pack([0]));
}

/**
 * Accepts exactly what {@link encodeActorPartition} and {@link encodeKeyspacePartition} write.
 *
 * @throws {TypeError} If `bytes` is not a `Uint8Array`.
 * @throws {KeyspaceError} `key.malformed`; its offsets and `keyHex` are the partition's.
 */
export function decodePartition(bytes: Uint8Array): DecodedPartition {
  assertBytes(bytes, 'partition');
  const reader = new KeyReader(bytes, 0);
  let decoded: DecodedPartition;
  try {
    decoded = readPartition(reader);
  } catch (error) {
    throw asKeyError(error, bytes);
  }
  if (reader.offset < bytes.length) throw reader.malformed('bytes after the end of the partition');
  return decoded;
}

function readPartition(reader: KeyReader): DecodedPartition {
  const root = readRoot(reader);
  switch (reader.bytes[reader.offset]) {
    case CODE_STRING:
      return { root, actorId: tupleActorId.read(reader) };
    case CODE_ZERO:
      reader.offset++;
      return { root, keyspace: true };
    default:
      throw reader.malformed(`neither ${root === '' ? 'a root, ' : ''}an actor nor the keyspace`);
  }
}

function readRoot(reader: KeyReader): string {
  const { bytes } = reader;
  if (bytes[0] !== CODE_BYTES) return '';
  const { value, end } = readByteString(bytes, 0);
  if (end > ROOT_BYTES_MAX)
    throw malformedKey(bytes, 0, `root has ${end} bytes, the limit is ${ROOT_BYTES_MAX}`);
  const root = decodeUtf8(value);
  if (!root || root.includes('\0')) throw malformedKey(bytes, 0, 'not a root');
  reader.offset = end;
  return root;
}
