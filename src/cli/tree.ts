import { isKeyspaceError } from '../errors.js';
import { type Keyspace, openKeyspace, type Store } from '../index.js';
import { decodePartition, encodeActorPartition } from '../layout/index.js';
import { findLayout } from './actor-layout.js';
import { toHex } from './hex.js';
import {
  type Counts,
  type PartitionEvent,
  type PartitionName,
  readItems,
  sumCounts,
  walkPartition,
} from './tree-events.js';

export interface TreeOptions {
  readonly root: string;
  /** Only this actor; otherwise all of them and the keyspace's own partition. */
  readonly actorId?: string | undefined;
  /** Keys told of each family. */
  readonly keysMax: number;
  readonly values: boolean;
}

/** What a walk through a store tells: a partition that has keys, those and its totals; then the next; then `end`. */
export type TreeEvent =
  | ({ readonly type: 'partition'; readonly problem?: string } & PartitionName)
  | { readonly type: 'malformedPartition'; readonly partitionHex: string; readonly reason: string }
  | PartitionEvent
  /** What there is altogether, and other roots in the store: the first few of those found. */
  | ({ readonly type: 'end'; readonly actors: number; readonly otherRoots: readonly string[] } & Counts);

const OTHER_ROOTS_MAX = 10;
const NONE: Counts = { keys: 0, keyBytes: 0, valueBytes: 0, malformedKeys: 0, corruptValues: 0 };

/**
 * Walks through a store without claiming anything. Each partition is told as one snapshot has it; memory does
 * not grow with the number of keys.
 *
 * @throws {RangeError} As `openKeyspace`.
 * @throws {KeyspaceError} `actor.id_invalid`, or what the store throws.
 */
export async function* walkStore(
  store: Store,
  options: TreeOptions,
): AsyncGenerator<TreeEvent, void, undefined> {
  const { root, actorId } = options;
  // Left open, as the store is; it opens actors for reading only.
  const keyspace = await openKeyspace({ store, root, sharedStore: true });
  let actors = 0;
  let sum = NONE;
  const otherRoots = new Set<string>();
  const walk = async function* (partition: Uint8Array, name: PartitionName) {
    for await (const event of walkOne(store, keyspace, partition, name, options)) {
      if (event.type === 'totals') {
        sum = sumCounts([sum, event]);
        if ('actor' in name && event.keys > 0) actors++;
      }
      yield event;
    }
  };
  if (actorId !== undefined) {
    yield* walk(encodeActorPartition(actorId, root), { actor: actorId });
  } else {
    for await (const partition of store.listPartitions()) {
      const found = readPartition(partition);
      if ('reason' in found) yield { type: 'malformedPartition', ...found };
      else if (found.root === root) yield* walk(partition, found.name);
      else if (otherRoots.size < OTHER_ROOTS_MAX) otherRoots.add(found.root);
    }
  }
  yield { type: 'end', actors, otherRoots: [...otherRoots], ...sum };
}

function readPartition(
  partition: Uint8Array,
): { root: string; name: PartitionName } | { partitionHex: string; reason: string } {
  try {
    const { root, actorId } = decodePartition(partition);
    return { root, name: actorId === undefined ? { keyspace: true } : { actor: actorId } };
  } catch (error) {
    if (!isKeyspaceError(error, 'key.malformed')) throw error;
    return { partitionHex: toHex(partition), reason: error.details.reason };
  }
}

async function* walkOne(
  store: Store,
  keyspace: Keyspace,
  partition: Uint8Array,
  name: PartitionName,
  { keysMax, values }: TreeOptions,
): AsyncGenerator<TreeEvent, void, undefined> {
  const snapshot = await store.snapshot();
  try {
    const kind = 'actor' in name ? 'actor' : 'keyspace';
    const { layout, problem } = 'actor' in name ? await findLayout(keyspace, name.actor) : {};
    const items = readItems(snapshot, partition);
    let isAnnounced = false;
    for await (const event of walkPartition(items, { kind, keysMax, values, layout })) {
      // Of what has no keys there is nothing to tell, not even that it is empty.
      if (event.type === 'totals' && event.keys === 0) return;
      if (!isAnnounced) yield { type: 'partition', ...name, ...(problem !== undefined && { problem }) };
      isAnnounced = true;
      yield event;
    }
  } finally {
    snapshot.close();
  }
}
