import { join } from 'node:path';
import { openKeyspace } from '../../src/index.js';
import { encodeActorPartition, systemUsage, systemWake } from '../../src/layout/index.js';
import { type LmdbStore, openLmdbStore } from '../../src/stores/lmdb/index.js';
import { type UsageCount, usagePayload, wakePayload } from '../../src/values/index.js';
import { STEERING_CHARACTERS, temporaryFolder } from './support.js';

/** An id, a root and more that would steer a terminal. */
export const HOSTILE = STEERING_CHARACTERS.filter((character) => character !== '\0').join('x');

/** Makes a store in a folder of its own, and closes it. */
export async function makeStore(fill: (store: LmdbStore) => Promise<void>): Promise<string> {
  const path = join(await temporaryFolder(), 'store');
  const store = await openLmdbStore({ path });
  await fill(store);
  await store.close();
  return path;
}

/** Sets user keys of actors, by root and id. */
export async function setKv(
  store: LmdbStore,
  entries: Readonly<Record<string, Readonly<Record<string, string>>>>,
  root = '',
): Promise<void> {
  const keyspace = await openKeyspace({ store, sharedStore: true, root });
  for (const [id, values] of Object.entries(entries)) {
    const actor = await keyspace.openActor(id);
    await actor.kv.setMany(Object.entries(values));
    await actor.close();
  }
  await keyspace.close();
}

export async function setRaw(
  store: LmdbStore,
  id: string,
  key: Uint8Array,
  value: Uint8Array,
): Promise<void> {
  const partition = encodeActorPartition(id);
  await store.commit({ writes: [{ type: 'set', partition, key, value }] });
}

/** A usage record that counts as given, by namespace byte, and nothing else. */
export async function setUsage(
  store: LmdbStore,
  id: string,
  counts: Readonly<Record<number, UsageCount>>,
): Promise<void> {
  const namespaces = Array.from({ length: 13 }, (_, byte) => counts[byte] ?? { keyCount: 0, bytes: 0 });
  await setRaw(store, id, systemUsage.encode({}), usagePayload.encode({ namespaces }));
}

export async function setWake(store: LmdbStore, id: string, stateAtMs: number, queueAtMs: number) {
  await setRaw(store, id, systemWake.encode({}), wakePayload.encode({ stateAtMs, queueAtMs }));
}

export function jsonLines(stdout: string) {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}
