import { join } from 'node:path';
import { load, makeEntries, makeRewrites, storedEntries } from '../peers/entries.mjs';
import { openOurs } from '../peers/keyspace.mjs';
import { openLmdb } from '../peers/lmdb.mjs';

export const title = 'Commits of many actors at once, each awaiting its own';

const COUNTS = [64, 256, 1_024];

export async function* rows({ folder, random }) {
  const { keyspace } = await openOurs(join(folder, 'ours'));
  const lmdb = openLmdb(join(folder, 'lmdb'));
  const entries = makeEntries(16, 100, random);
  const writes = makeRewrites(entries, 64, random);
  try {
    const ids = Array.from({ length: Math.max(...COUNTS) }, (_, index) => `actor-${index}`);
    const actors = await Promise.all(ids.map((id) => keyspace.openActor(id)));
    await Promise.all(actors.map(({ kv }) => kv.setMany(entries.map(({ key, value }) => [key, value]))));
    for (const id of ids) await load(lmdb, storedEntries(id, entries));
    const stored = ids.map((id) => storedEntries(id, writes));

    for (const count of COUNTS) {
      yield {
        name: `${count} actors`,
        unit: 'rate',
        items: count,
        sampleMs: 400,
        // Each would begin and end with most of the actors waiting.
        slices: 1,
        stall: true,
        ours: together(actors.slice(0, count), ({ kv }, turn) => {
          const { key, value } = writes[turn % writes.length];
          return kv.set(key, value);
        }),
        references: {
          'lmdb put': together(stored.slice(0, count), (its, turn) => {
            const { key, value } = its[turn % its.length];
            return lmdb.set(key, value);
          }),
        },
      };
    }
  } finally {
    await keyspace.close();
    await lmdb.close();
  }
}

/** One call is one commit by each. */
function together(writers, commit) {
  return async (calls) => {
    await Promise.all(
      writers.map(async (writer) => {
        for (let turn = 0; turn < calls; turn++) await commit(writer, turn);
      }),
    );
  };
}
