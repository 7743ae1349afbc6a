import { join } from 'node:path';
import { repeat, repeatAwaited } from '../harness/repeat.mjs';
import { load, loadActor, makeEntries, storedEntries } from '../peers/entries.mjs';
import { openOurs } from '../peers/keyspace.mjs';
import { openLmdb } from '../peers/lmdb.mjs';

export const title = 'How costs grow with the number of keys, those of ten actors';

const ACTORS = 10;
const INPUTS = 16_384;
const LIMIT = 100;
const VALUE_BYTES = 100;

export async function* rows({ folder, quick, random }) {
  const counts = quick ? [1e3, 1e4, 1e5] : [1e3, 1e4, 1e5, 1e6];
  const sized = [];
  try {
    for (const count of counts) sized.push(await openSized(count, join(folder, `${count}`), random));
    for (const operation of ['sync.get', 'sync.scan 100', 'set', 'listPartitions']) {
      const [least, ...larger] = sized;
      for (const { count, ours, lmdb } of larger) {
        yield {
          name: `${operation}, ${keys(count)}`,
          unit: 'time',
          ...(operation === 'set' ? { sampleMs: 250 } : { clock: 'processor' }),
          ours: ours[operation],
          references: {
            [keys(least.count)]: least.ours[operation],
            [`lmdb, ${keys(count)}`]: lmdb[operation],
          },
        };
      }
    }
  } finally {
    for (const { close } of sized) await close();
  }
}

/** @returns How each operation grew from the fewest keys to the most. */
export function summary(results) {
  const fewest = keys(1e3);
  const growths = new Map();
  for (const { line, ratio } of results) {
    const [operation, size] = line.row.split(', ');
    if (line.against === fewest) growths.set(operation, { size, factor: ratio.median });
  }
  return [...growths].map(([operation, { size, factor }]) => {
    const decades = Math.log10(Number.parseFloat(size)) - 3;
    return `${operation}: ×${factor.toFixed(2)} from ${fewest} to ${size}, as keys^${(Math.log10(factor) / decades).toFixed(2)}`;
  });
}

function keys(count) {
  return `1e${Math.log10(count)} keys`;
}

/** The operations on a store of so many keys, and on LMDB itself with the same. */
async function openSized(count, folder, random) {
  const perActor = count / ACTORS;
  const entries = makeEntries(perActor, VALUE_BYTES, random);
  const { store, keyspace } = await openOurs(join(folder, 'ours'));
  const lmdb = openLmdb(join(folder, 'lmdb'));
  const ids = Array.from({ length: ACTORS }, (_, index) => `actor-${index}`);
  const actors = await Promise.all(ids.map((id) => keyspace.openActor(id)));
  for (const actor of actors) {
    await loadActor(actor, entries);
    await load(lmdb, storedEntries(actor.id, entries));
  }

  const inputs = random.pick(actors, INPUTS).map(({ id, kv }) => {
    // With as many after it as a scan reads.
    const at = random.below(Math.max(1, perActor - LIMIT));
    const [{ key: storedKey }] = storedEntries(id, [entries[at]]);
    return { kv, key: entries[at].key, storedKey, value: random.bytes(VALUE_BYTES) };
  });
  return {
    count,
    ours: {
      'sync.get': repeat(({ kv, key }) => kv.sync.get(key), inputs),
      'sync.scan 100': repeat(({ kv, key }) => drain(kv.sync.scan({ begin: key, limit: LIMIT })), inputs),
      set: repeatAwaited(({ kv, key, value }) => kv.set(key, value), inputs),
      listPartitions: repeatAwaited(() => drainAwaited(store.listPartitions()), inputs),
    },
    lmdb: {
      'sync.get': repeat(({ storedKey }) => lmdb.get(storedKey), inputs),
      'sync.scan 100': repeat(
        ({ storedKey }) => drain(lmdb.data.getRange({ start: storedKey, limit: LIMIT })),
        inputs,
      ),
      set: repeatAwaited(({ storedKey, value }) => lmdb.set(storedKey, value), inputs),
    },
    close: async () => {
      await keyspace.close();
      await lmdb.close();
    },
  };
}

function drain(items) {
  let count = 0;
  for (const _item of items) count++;
  return count;
}

async function drainAwaited(items) {
  let count = 0;
  for await (const _item of items) count++;
  return count;
}
