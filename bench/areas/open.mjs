import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { repeatAwaited } from '../harness/repeat.mjs';
import { load, makeEntries, parts, storedEntries } from '../peers/entries.mjs';
import { openOurs } from '../peers/keyspace.mjs';
import { openLmdb } from '../peers/lmdb.mjs';

export const title = 'Actors opened, kept idle, listed';

const KNOWN = 1_024;
const IDLE = 2_000;
const MANY = 100_000;

export async function* rows(context) {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc');
  yield* opening(context);
  yield* idle(context, collectGarbage);
  if (!context.quick) yield* many(context, collectGarbage);
}

async function* opening({ folder, random }) {
  const { keyspace } = await openOurs(join(folder, 'ours'));
  const lmdb = openLmdb(join(folder, 'lmdb'));
  try {
    const [entry] = makeEntries(1, 100, random);
    const [stored] = storedEntries('writer', [entry]);
    const writer = await keyspace.openActor('writer');
    const references = {
      'one durable set': repeatAwaited(({ key, value }) => writer.kv.set(key, value), [entry]),
      'lmdb put': repeatAwaited(({ key, value }) => lmdb.set(key, value), [stored]),
    };
    const known = Array.from({ length: KNOWN }, (_, index) => `known-${index}`);
    for (const part of parts(known)) await Promise.all(part.map((id) => keyspace.openActor(id)));
    const shared = { unit: 'time', sampleMs: 250, references };

    let opened = 0;
    yield {
      ...shared,
      name: 'openActor, new',
      ours: repeatAwaited(() => keyspace.openActor(`new-${opened++}`), [undefined]),
    };
    yield {
      ...shared,
      name: 'openActor, known',
      ours: repeatAwaited((id) => keyspace.openActor(id), known),
    };
  } finally {
    await keyspace.close();
    await lmdb.close();
  }
}

async function* idle({ folder }, collectGarbage) {
  const { keyspace } = await openOurs(join(folder, 'idle'));
  try {
    let used = 0;
    yield {
      name: 'heap of an idle actor',
      unit: 'bytes',
      ours: async () => {
        const before = heapBytes(collectGarbage);
        const actors = await openAndWrite(keyspace, used, IDLE);
        used += IDLE;
        const after = heapBytes(collectGarbage);
        await Promise.all(actors.map((actor) => actor.close()));
        return (after - before) / IDLE;
      },
      references: {},
    };
  } finally {
    await keyspace.close();
  }
}

async function* many({ folder, random }, collectGarbage) {
  const { store, keyspace } = await openOurs(join(folder, 'many'));
  const lmdb = openLmdb(join(folder, 'many-lmdb'));
  try {
    const before = heapBytes(collectGarbage);
    const actors = await openAndWrite(keyspace, 0, MANY);
    const actorBytes = (heapBytes(collectGarbage) - before) / actors.length;
    const entries = makeEntries(1, 1, random);
    for (const part of parts(actors)) {
      await load(
        lmdb,
        part.flatMap(({ id }) => storedEntries(id, entries)),
      );
    }
    yield {
      name: `heap of an idle actor, of ${MANY}`,
      unit: 'bytes',
      ours: () => actorBytes,
      references: {},
    };
    yield {
      name: `keyspace.actors(), of ${MANY}`,
      unit: 'time',
      clock: 'processor',
      items: MANY,
      // One listing is long enough.
      slices: 1,
      ours: repeatAwaited(() => countAwaited(keyspace.actors()), [undefined]),
      references: {
        'store.listPartitions()': repeatAwaited(() => countAwaited(store.listPartitions()), [undefined]),
        'lmdb getKeys': repeatAwaited(async () => Array.from(lmdb.data.getKeys()).length, [undefined]),
      },
    };
    yield {
      name: `heap growth while listing ${MANY}`,
      unit: 'bytes',
      ours: () => growthWhileListing(keyspace, collectGarbage),
      references: {},
    };
  } finally {
    await keyspace.close();
    await lmdb.close();
  }
}

/** Actors that were used as soon as they were open, and are idle now. */
async function openAndWrite(keyspace, from, count) {
  const ids = Array.from({ length: count }, (_, index) => `actor-${from + index}`);
  const actors = [];
  for (const part of parts(ids)) {
    actors.push(
      ...(await Promise.all(
        part.map(async (id) => {
          const actor = await keyspace.openActor(id);
          await actor.kv.set('item', 'x');
          return actor;
        }),
      )),
    );
  }
  return actors;
}

/** What is still in use in the middle of a listing, beyond what was before it. */
async function growthWhileListing(keyspace, collectGarbage) {
  const before = heapBytes(collectGarbage);
  let listed = 0;
  let growth = 0;
  for await (const _id of keyspace.actors()) {
    if (++listed % (MANY / 4) === 0) growth = Math.max(growth, heapBytes(collectGarbage) - before);
  }
  return growth;
}

function heapBytes(collectGarbage) {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

async function countAwaited(items) {
  let count = 0;
  for await (const _item of items) count++;
  return count;
}
