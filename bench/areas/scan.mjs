import { join } from 'node:path';
import { repeat, repeatAwaited } from '../harness/repeat.mjs';
import { load, loadActor, makeEntries, storedEntries } from '../peers/entries.mjs';
import { openOurs } from '../peers/keyspace.mjs';
import { openLmdb } from '../peers/lmdb.mjs';

export const title = 'Scans, per row';

const ACTOR = 'actor-1';
const LIMIT = 100;
const STARTS = 4_096;

export async function* rows({ folder, quick, random }) {
  const count = quick ? 5_000 : 20_000;
  const entries = makeEntries(count, 100, random);
  const stored = storedEntries(ACTOR, entries);
  const { keyspace } = await openOurs(join(folder, 'ours'));
  const actor = await keyspace.openActor(ACTOR);
  await loadActor(actor, entries);
  const { kv } = actor;
  const lmdb = openLmdb(join(folder, 'lmdb'));
  try {
    await load(lmdb, stored);
    const end = Buffer.concat([stored.at(-1).key, Buffer.of(0)]);

    const all = [{ start: stored[0].key, end }];
    const getRange = repeat((range) => drain(lmdb.data.getRange(range)), all);
    yield {
      name: `sync.scan of ${count} rows`,
      unit: 'time',
      clock: 'processor',
      items: count,
      ours: repeat(() => drain(kv.sync.scan()), all),
      references: { 'lmdb getRange': getRange },
    };
    yield {
      name: `scan of ${count} rows`,
      unit: 'time',
      clock: 'processor',
      items: count,
      ours: repeatAwaited(() => drainAwaited(kv.scan()), all),
      references: { 'lmdb getRange': getRange },
    };

    // Never so near the end that fewer are left.
    const starts = Array.from({ length: STARTS }, () => random.below(count - LIMIT));
    const selections = starts.map((at) => ({ begin: entries[at].key, limit: LIMIT }));
    const ranges = starts.map((at) => ({ start: stored[at].key, end, limit: LIMIT }));
    const getLimited = repeat((range) => drain(lmdb.data.getRange(range)), ranges);
    yield {
      name: `sync.scan of ${LIMIT} rows`,
      unit: 'time',
      clock: 'processor',
      items: LIMIT,
      ours: repeat((selection) => drain(kv.sync.scan(selection)), selections),
      references: { 'lmdb getRange': getLimited },
    };
    yield {
      name: `scan of ${LIMIT} rows`,
      unit: 'time',
      clock: 'processor',
      items: LIMIT,
      ours: repeatAwaited((selection) => drainAwaited(kv.scan(selection)), selections),
      references: { 'lmdb getRange': getLimited },
    };
  } finally {
    await keyspace.close();
    await lmdb.close();
  }
}

function drain(items) {
  let bytes = 0;
  for (const { value } of items) bytes += value.length;
  return bytes;
}

async function drainAwaited(items) {
  let bytes = 0;
  for await (const { value } of items) bytes += value.length;
  return bytes;
}
