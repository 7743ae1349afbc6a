import { expect, test } from 'vitest';
import { openKeyspace } from '../../src/keyspace/index.js';
import type { Store } from '../../src/store/index.js';
import { openLmdbStore } from '../../src/stores/lmdb/index.js';
import { storePath } from '../crash/support.js';
import { onEveryStore } from '../keyspace/support.js';
import { expectExactUsage } from '../keyspace/usage-support.js';

const CHUNK = new Uint8Array(10_000);

async function fill(store: Store, quotaBytes: number, refusal: string) {
  const keyspace = await openKeyspace({ store, sharedStore: true, quotaBytes });
  const greedy = await keyspace.openActor('greedy');
  let written = 0;
  const filling = async () => {
    for (;;) await greedy.kv.set(`${written++}`, CHUNK);
  };
  await expect(filling()).rejects.toMatchObject({ code: refusal });
  expect(written).toBeGreaterThan(10);
  return { keyspace, greedy };
}

onEveryStore((open) => {
  test('an actor at its quota takes nothing from another, and deletes', async () => {
    const { store } = await open();
    const { keyspace, greedy } = await fill(store, 200_000, 'actor.quota_exceeded');
    const modest = await keyspace.openActor('modest');
    await modest.kv.setMany(Array.from({ length: 10 }, (_, n) => [`${n}`, CHUNK]));
    await expect(greedy.kv.set('more', CHUNK)).rejects.toMatchObject({ code: 'actor.quota_exceeded' });
    await greedy.kv.delete('1');
    await greedy.kv.set('more', CHUNK);
    await greedy.kv.clear();
    await expectExactUsage(store, greedy);
    await expectExactUsage(store, modest);
  });
});

test('in a store that is full all the same, whoever deletes makes room again', async () => {
  const path = await storePath();
  const store = await openLmdbStore({ path, storeBytesMax: 1_000_000 });
  const { keyspace, greedy } = await fill(store, Number.POSITIVE_INFINITY, 'store.full');
  const modest = await keyspace.openActor('modest');
  await expect(modest.kv.set('a', CHUNK)).rejects.toMatchObject({ code: 'store.full' });
  // Many commits of deletes alone, since freed pages are reused only after the commits that freed them.
  for (let n = 0; n < 20; n++) await greedy.kv.delete(`${n}`);
  await greedy.kv.clear();
  await modest.kv.set('a', CHUNK);
  await expectExactUsage(store, greedy);
  await store.close();
});
