import { join } from 'node:path';
import { encodeActorPartition, kvEntry } from 'actor-keyspace/layout';
import { repeat, repeatAwaited } from '../harness/repeat.mjs';
import { openDenoKv } from '../peers/deno-kv.mjs';
import { load, loadActor, makeEntries, storedEntries } from '../peers/entries.mjs';
import { openOurs } from '../peers/keyspace.mjs';
import { openLevel } from '../peers/level.mjs';
import { openLmdb } from '../peers/lmdb.mjs';
import { openSqlite } from '../peers/sqlite.mjs';

export const title = 'Reads of one key, of an actor';

const ACTOR = 'actor-1';
const READS = 16_384;

/** Keys of one call that asks for several sizes. */
const SIZES = 128;

export async function* rows({ folder, quick, random }) {
  yield* ofSize('100 B', 100, quick ? 10_000 : 100_000, join(folder, 'small'), random);
  yield* ofSize('4 KiB', 4_096, quick ? 2_000 : 20_000, join(folder, 'large'), random);
}

async function* ofSize(size, valueBytes, count, folder, random) {
  const entries = makeEntries(count, valueBytes, random);
  const { store, keyspace } = await openOurs(join(folder, 'ours'));
  const actor = await keyspace.openActor(ACTOR);
  await loadActor(actor, entries);
  const lmdb = openLmdb(join(folder, 'lmdb'));
  const level = await openLevel(join(folder, 'level'));
  const sqlite = openSqlite(join(folder, 'sqlite.db'));
  const deno = await openDenoKv(join(folder, 'deno.db'));
  const others = [level, sqlite, deno].filter((peer) => peer !== undefined);
  try {
    await load(lmdb, storedEntries(ACTOR, entries));
    for (const peer of others) await load(peer, entries);
    const picked = random.pick(entries, READS);
    const keys = picked.map(({ key }) => key);
    const storedKeys = storedEntries(ACTOR, picked).map(({ key }) => key);
    const { kv } = actor;

    yield {
      name: `sync.get, ${size}`,
      unit: 'time',
      clock: 'processor',
      ours: repeat((key) => kv.sync.get(key), keys),
      references: {
        'lmdb getBinaryFast': repeat(lmdb.get, storedKeys),
        'lmdb getBinary': repeat((key) => lmdb.data.getBinary(key), storedKeys),
        'classic-level getSync': repeat(level.getSync, keys),
        'better-sqlite3': repeat(sqlite.get, keys),
      },
    };
    const awaited = repeatAwaited((key) => kv.get(key), keys);
    yield {
      name: `get, ${size}`,
      unit: 'time',
      clock: 'processor',
      ours: awaited,
      references: { 'lmdb getBinaryFast, awaited': repeatAwaited(async (key) => lmdb.get(key), storedKeys) },
    };
    // These hand the work to other threads, and wait for them.
    yield {
      name: `get, ${size}, elapsed`,
      unit: 'time',
      ours: awaited,
      references: {
        'classic-level get': repeatAwaited(level.get, keys),
        '@deno/kv get': deno && repeatAwaited(deno.get, keys),
      },
    };

    const partition = encodeActorPartition(ACTOR);
    const actorKeys = keys.map((userKey) => kvEntry.encode({ userKey }));
    const lists = Array.from({ length: 64 }, (_, index) => index * SIZES);
    const sliced = (all) => lists.map((from) => all.slice(from, from + SIZES));
    yield {
      name: `store.sync.getSizes, ${size}`,
      unit: 'time',
      clock: 'processor',
      items: SIZES,
      ours: repeat((list) => store.sync.getSizes(partition, list), sliced(actorKeys)),
      references: {
        'lmdb getBinaryFast': repeat(
          (list) => list.map((key) => lmdb.get(key) && lmdb.data.lastSize),
          sliced(storedKeys),
        ),
      },
    };
  } finally {
    await keyspace.close();
    for (const peer of [lmdb, ...others]) await peer.close();
  }
}
