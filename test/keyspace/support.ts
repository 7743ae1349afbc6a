import { describe, onTestFinished } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/index.js';
import type { StoreFixture, StoreSubject } from '../../src/conformance/index.js';
import { type ActorKeyspace, type Keyspace, openKeyspace } from '../../src/keyspace/index.js';
import { encodeActorPartition } from '../../src/layout/index.js';
import { type Entry, type Store, WHOLE_PARTITION } from '../../src/store/index.js';
import { STORES } from '../stores/support.js';

export interface OpenStore {
  readonly store: Store;
  /** The store as the next process finds it: on stores without durability, the same one. */
  reopen(): Promise<Store>;
}

/** An empty store that is closed and removed when the test ends. */
async function openStore(subject: StoreSubject): Promise<OpenStore> {
  const fixture: StoreFixture = await subject.open();
  const opened = [fixture.store];
  onTestFinished(async () => {
    for (const store of opened) await store.close();
    await fixture.dispose?.();
  });
  return {
    store: fixture.store,
    reopen: async () => {
      if (fixture.reopen === undefined) return fixture.store;
      await opened.at(-1)?.close();
      const store = await fixture.reopen();
      opened.push(store);
      return store;
    },
  };
}

/** Defines the tests once for every store. */
export function onEveryStore(
  body: (open: () => Promise<OpenStore>, subject: StoreSubject) => void,
  subjects = STORES,
): void {
  for (const subject of subjects) describe(subject.name, () => body(() => openStore(subject), subject));
}

export interface OpenedActor extends OpenStore {
  readonly keyspace: Keyspace;
  readonly actor: ActorKeyspace;
}

/** The actor `a` of an empty store. */
export async function openActor(open: () => Promise<OpenStore>): Promise<OpenedActor> {
  const opened = await open();
  const keyspace = await openKeyspace({ store: opened.store, sharedStore: true });
  onTestFinished(async () => {
    await keyspace.close().catch(() => {});
  });
  return { ...opened, keyspace, actor: await keyspace.openActor('a') };
}

/** What the store has of an actor but for its usage record: key and value in hex, in key order. */
export async function storedEntries(store: Store, actorId = 'a', root = ''): Promise<[string, string][]> {
  const entries = await collect(store.scan(encodeActorPartition(actorId, root), WHOLE_PARTITION));
  return entries
    .map(({ key, value }): [string, string] => [toHex(key), toHex(value)])
    .filter(([key]) => key !== USAGE_KEY);
}

/** Key of the usage record. */
export const USAGE_KEY = '000102757361676500';

/** Key of the layout header, and the value it has in layout 1. */
export const HEADER_KEY = '0001026c61796f757400';
export const HEADER = [HEADER_KEY, '01000100'] as const;

/** {@link storedEntries} without the library's own records. */
export async function userEntries(store: Store, actorId = 'a', root = ''): Promise<[string, string][]> {
  return (await storedEntries(store, actorId, root)).filter(([key]) => !key.startsWith('00'));
}

/** Puts entries into an actor's partition past every layer, as another writer would have. */
export async function plant(
  store: Store,
  entries: readonly (readonly [string, string])[],
  actorId = 'a',
  root = '',
): Promise<void> {
  const partition = encodeActorPartition(actorId, root);
  await store.commit({
    writes: entries.map(([key, value]) => ({
      type: 'set',
      partition,
      key: fromHex(key),
      value: fromHex(value),
    })),
  });
}

export async function collect<T>(items: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Entries as hex pairs. */
export async function hexPairs(entries: AsyncIterable<Entry> | Iterable<Entry>): Promise<[string, string][]> {
  return (await collect(entries)).map(({ key, value }) => [toHex(key), toHex(value)]);
}
