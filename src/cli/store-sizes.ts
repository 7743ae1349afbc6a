import { isKeyspaceError } from '../errors.js';
import { decodeEntry, openKeyspace, type Snapshot, type Store, WHOLE_PARTITION } from '../index.js';
import { decodePartition, encodeActorPartition, systemImport, systemUsage } from '../layout/index.js';
import { findLayout } from './actor-layout.js';
import { namespaceOf } from './describe-key.js';
import { failureLine } from './failure.js';
import { namespaceId } from './tree-events.js';

export interface Sizes {
  readonly keys: number;
  readonly keyBytes: number;
  readonly valueBytes: number;
}

export interface NamespaceSizes extends Sizes {
  /** Absent for the keyspace's own partition. */
  readonly byte?: number;
  readonly name: string;
}

export interface ActorSizes extends Sizes {
  readonly actor: string;
}

/** Where an actor's usage record says something else than was counted: a defect. */
export interface UsageDifference {
  readonly namespace: string;
  readonly keys: number;
  readonly bytes: number;
  readonly recordedKeys: number;
  readonly recordedBytes: number;
}

export type SizeEvent =
  /** An actor that an import has not ended to write. */
  | { readonly type: 'incomplete'; readonly actor: string }
  /** An actor whose usage record is wrong or cannot be read; told as soon as it is found. */
  | {
      readonly type: 'usage';
      readonly actor: string;
      readonly problem?: string;
      readonly differences?: readonly UsageDifference[];
    }
  /** One of the largest actors, largest first. */
  | ({ readonly type: 'actor' } & ActorSizes)
  | ({ readonly type: 'namespace' } & NamespaceSizes)
  /** Last: all together. */
  | ({ readonly type: 'end'; readonly actors: number; readonly wrongUsages: number } & Sizes);

export interface SizeOptions {
  readonly root: string;
  readonly actorId?: string | undefined;
  /** How many of the largest actors to tell. */
  readonly top: number;
  /** Told now and then how many keys are counted. */
  readonly onKeys: (keys: number) => void;
}

/** The bytes of keys by namespace; all bytes that are none share the last place of a usage record. */
type ByByte = Map<number, Tally>;

class Tally implements Sizes {
  keys = 0;
  keyBytes = 0;
  valueBytes = 0;

  add({ keys, keyBytes, valueBytes }: Sizes): void {
    this.keys += keys;
    this.keyBytes += keyBytes;
    this.valueBytes += valueBytes;
  }
}

/**
 * Counts keys and bytes without reading values; each actor as one snapshot has it.
 *
 * @throws {KeyspaceError} `actor.id_invalid`, or what the store throws.
 */
export async function* countSizes(
  store: Store,
  { root, actorId, top, onKeys }: SizeOptions,
): AsyncGenerator<SizeEvent, void, undefined> {
  // Left open, as the store is; it opens actors for reading only.
  const keyspace = await openKeyspace({ store, root, sharedStore: true });
  const all = new Tally();
  const namespaces = new Map<string, { readonly name: NamespaceName; readonly tally: Tally }>();
  const largest = new Largest(top);
  let actors = 0;
  let wrongUsages = 0;
  for await (const { partition, actor } of partitionsOf(store, root, actorId)) {
    const snapshot = await store.snapshot();
    try {
      const counted = await countPartition(snapshot, partition, (keys) => onKeys(all.keys + keys));
      if (counted.size === 0) continue;
      const { layout } = actor === undefined ? {} : await findLayout(keyspace, actor);
      const own = new Tally();
      for (const [byte, tally] of counted) {
        own.add(tally);
        const name: NamespaceName = actor === undefined ? { name: 'keyspace' } : namespaceOf(byte, layout);
        const id = actor === undefined ? '' : namespaceId({ byte, name: name.name });
        const entry = namespaces.get(id) ?? { name, tally: new Tally() };
        namespaces.set(id, entry);
        entry.tally.add(tally);
      }
      all.add(own);
      if (actor === undefined) continue;
      actors++;
      largest.add({ actor, keys: own.keys, keyBytes: own.keyBytes, valueBytes: own.valueBytes });
      if (await snapshot.get(partition, systemImport.encode({}))) {
        yield { type: 'incomplete', actor };
        continue;
      }
      const wrong = await checkUsage(snapshot, partition, counted);
      if (wrong === undefined) continue;
      wrongUsages++;
      yield { type: 'usage', actor, ...wrong };
    } finally {
      snapshot.close();
    }
  }
  for (const sizes of largest.all()) yield { type: 'actor', ...sizes };
  const ordered = [...namespaces.values()].sort((a, b) => (a.name.byte ?? -1) - (b.name.byte ?? -1));
  for (const { name, tally } of ordered) yield { type: 'namespace', ...name, ...tally };
  yield { type: 'end', actors, wrongUsages, ...all };
}

type NamespaceName = Pick<NamespaceSizes, 'byte' | 'name'>;

async function* partitionsOf(store: Store, root: string, actorId: string | undefined) {
  if (actorId !== undefined) {
    yield { partition: encodeActorPartition(actorId, root), actor: actorId };
    return;
  }
  for await (const partition of store.listPartitions()) {
    try {
      const decoded = decodePartition(partition);
      if (decoded.root === root) yield { partition, actor: decoded.actorId };
    } catch (error) {
      // The name of none: `tree` shows it.
      if (!isKeyspaceError(error, 'key.malformed')) throw error;
    }
  }
}

async function countPartition(
  snapshot: Snapshot,
  partition: Uint8Array,
  onKeys: (keys: number) => void,
): Promise<ByByte> {
  const counted: ByByte = new Map();
  let keys = 0;
  for await (const { key, valueBytes } of snapshot.scanSizes(partition, WHOLE_PARTITION)) {
    const byte = key[0] as number;
    let tally = counted.get(byte);
    if (tally === undefined) {
      tally = new Tally();
      counted.set(byte, tally);
    }
    tally.keys++;
    tally.keyBytes += key.length;
    tally.valueBytes += valueBytes;
    onKeys(++keys);
  }
  return counted;
}

/** @returns What is wrong with the actor's usage record, if there is one. */
async function checkUsage(
  snapshot: Snapshot,
  partition: Uint8Array,
  counted: ByByte,
): Promise<{ problem: string } | { differences: UsageDifference[] } | undefined> {
  const key = systemUsage.encode({});
  try {
    const bytes = await snapshot.get(partition, key);
    const value = bytes && decodeEntry(key, bytes).value;
    if (value?.kind !== 'usage') return undefined;
    const recorded = value.record.namespaces;
    const others = recorded.length - 1;
    const tallies = recorded.map(() => new Tally());
    for (const [byte, tally] of counted) tallies[Math.min(byte, others)]?.add(tally);
    const differences = recorded.flatMap(({ keyCount, bytes: recordedBytes }, place) => {
      const { keys, keyBytes, valueBytes } = tallies[place] as Tally;
      const bytes = keyBytes + valueBytes;
      if (keys === keyCount && bytes === recordedBytes) return [];
      const namespace = place === others ? 'others' : namespaceOf(place).name;
      return [{ namespace, keys, bytes, recordedKeys: keyCount, recordedBytes }];
    });
    return differences.length === 0 ? undefined : { differences };
  } catch (error) {
    if (!isKeyspaceError(error)) throw error;
    return { problem: failureLine(error) };
  }
}

/** The largest of many, without keeping the many. */
class Largest {
  readonly #count: number;
  #actors: ActorSizes[] = [];

  constructor(count: number) {
    this.#count = count;
  }

  add(actor: ActorSizes): void {
    this.#actors.push(actor);
    if (this.#actors.length > 2 * this.#count + 100) this.#actors = this.all();
  }

  all(): ActorSizes[] {
    const bytesOf = ({ keyBytes, valueBytes }: Sizes) => keyBytes + valueBytes;
    return [...this.#actors].sort((a, b) => bytesOf(b) - bytesOf(a)).slice(0, this.#count);
  }
}
