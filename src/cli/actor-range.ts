import { isKeyspaceError } from '../errors.js';
import type { KeyRange, Store } from '../index.js';
import { decodePartition, encodeActorPartition, encodeRoot } from '../layout/index.js';
import { InputError } from './failure.js';

/** First byte of an actor's id in a partition. */
const ID_START = 0x02;

/**
 * Where the actors of one root, or some of them in the order of their ids, have their partitions.
 *
 * @throws {InputError} If the prefix begins no id.
 * @throws {KeyspaceError} `actor.id_invalid` if `after` is none.
 */
export function actorRange(
  { prefix = '', after }: { readonly prefix?: string; readonly after?: string },
  root: string,
): KeyRange {
  if (prefix.includes('\0')) throw new InputError('no id begins so: it has a NUL');
  const first = Buffer.concat([encodeRoot(root), Buffer.of(ID_START), Buffer.from(prefix)]);
  // No byte of UTF-8 is ff.
  const end = Buffer.concat([first, Buffer.of(0xff)]);
  const behind =
    after === undefined ? first : Buffer.concat([encodeActorPartition(after, root), Buffer.of(0)]);
  return { begin: Buffer.compare(behind, first) > 0 ? behind : first, end };
}

/** Ids of the actors in a range. Damaged names of partitions are passed over. */
export async function* actorIds(
  store: Pick<Store, 'listPartitions'>,
  range: KeyRange,
): AsyncGenerator<string, void, undefined> {
  for await (const partition of store.listPartitions(range)) {
    const id = idOf(partition);
    if (id !== undefined) yield id;
  }
}

function idOf(partition: Uint8Array): string | undefined {
  try {
    return decodePartition(partition).actorId;
  } catch (error) {
    if (isKeyspaceError(error, 'key.malformed')) return undefined;
    throw error;
  }
}
