import { join } from 'node:path';
import { repeat, repeatAwaited } from '../harness/repeat.mjs';
import { openDenoKv } from '../peers/deno-kv.mjs';
import { load, loadActor, makeEntries, makeRewrites, parts, storedEntries } from '../peers/entries.mjs';
import { openOurs } from '../peers/keyspace.mjs';
import { openLevel } from '../peers/level.mjs';
import { openLmdb } from '../peers/lmdb.mjs';
import { openSqlite } from '../peers/sqlite.mjs';

export const title = 'Durable commits of one actor, one after the other';

const ACTOR = 'actor-1';
const WRITES = 16_384;
const BATCH = 1_000;
const BATCHES = 16;
const SAMPLE_MS = 250;

export async function* rows({ folder, quick, random }) {
  const entries = makeEntries(quick ? 5_000 : 50_000, 100, random);
  const { keyspace } = await openOurs(join(folder, 'ours'));
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
    const { kv } = actor;

    const writes = makeRewrites(entries, WRITES, random);
    const stored = storedEntries(ACTOR, writes);
    yield {
      name: 'set, 100 B',
      unit: 'time',
      sampleMs: SAMPLE_MS,
      ours: repeatAwaited(({ key, value }) => kv.set(key, value), writes),
      references: {
        'lmdb put': repeatAwaited(({ key, value }) => lmdb.set(key, value), stored),
        'better-sqlite3': repeat(({ key, value }) => sqlite.set(key, value), writes),
        'classic-level': repeatAwaited(({ key, value }) => level.set(key, value), writes),
        '@deno/kv': deno && repeatAwaited(({ key, value }) => deno.set(key, value), writes),
      },
    };

    const batches = [...parts(writes, BATCH)].slice(0, BATCHES);
    const storedBatches = [...parts(stored, BATCH)].slice(0, BATCHES);
    const pairs = batches.map((batch) => batch.map(({ key, value }) => [key, value]));
    yield {
      name: `setMany, ${BATCH} × 100 B`,
      unit: 'rate',
      items: BATCH,
      sampleMs: SAMPLE_MS,
      ours: repeatAwaited((batch) => kv.setMany(batch), pairs),
      references: {
        'lmdb batch': repeatAwaited(lmdb.setMany, storedBatches),
        'better-sqlite3': repeat(sqlite.setMany, batches),
        'classic-level': repeatAwaited(level.setMany, batches),
        '@deno/kv': deno && repeatAwaited(deno.setMany, batches),
      },
    };
  } finally {
    await keyspace.close();
    for (const peer of [lmdb, ...others]) await peer.close();
  }
}
