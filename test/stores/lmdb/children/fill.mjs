// Fills a small file system through a store, tries what is said to work on a full one, and says what happened.
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openLmdbStore } from 'actor-keyspace/stores/lmdb';
import { actor, say, set } from './support.mjs';

const [path, reserveBytes, how] = process.argv.slice(2);
const partition = actor('a');
const valueBytes = 20_000;
const ballast = join(dirname(path), 'ballast');
writeFileSync(ballast, new Uint8Array(2 * 1024 * 1024));
const store = await openLmdbStore({ path, reserveBytes: Number(reserveBytes) });
const fence = await store.claim(partition);
const value = new Uint8Array(valueBytes).fill(1);
const commit = (writes, checks) =>
  store.commit(how === 'fenced' ? { fences: [fence], writes, checks } : { writes, checks });

const stored = [];
let refusal;
for (let i = 0; refusal === undefined && i < 10_000; i += 8) {
  // Several at once, so that some fail together.
  const keys = Array.from({ length: 8 }, (_, j) => `key-${String(i + j).padStart(5, '0')}`);
  const outcomes = await Promise.allSettled(
    keys.map((key) =>
      how === 'checked'
        ? commit(
            [set(partition, key, value)],
            [{ partition, key: new Uint8Array(Buffer.from(key)), value: undefined }],
          )
        : commit([set(partition, key, value)]),
    ),
  );
  for (const [j, { status, reason }] of outcomes.entries()) {
    if (status === 'fulfilled') stored.push(keys[j]);
    else refusal = reason;
  }
}
const free = statfsSync(path);
say(`refused ${refusal?.code} ${stored.length > 50} ${free.bavail * free.bsize >= Number(reserveBytes) / 2}`);

// All that was acknowledged is there, and nothing else.
const kept = [...store.sync.scan(partition, { begin: new Uint8Array(0) })].map(({ key }) =>
  Buffer.from(key).toString(),
);
say(`kept ${JSON.stringify(kept) === JSON.stringify(stored)}`);

const half = stored.slice(0, stored.length / 2);
const deleteHalf = async () => {
  const deletes = await Promise.allSettled(
    half.map((key) => commit([{ type: 'delete', partition, key: new Uint8Array(Buffer.from(key)) }])),
  );
  return [...new Set(deletes.map(({ status, reason }) => reason?.code ?? status))].sort().join();
};
say(`deletes ${await deleteHalf()}`);

// Somebody else makes room: this process must go on without being told.
rmSync(ballast);
say(`deletes ${await deleteHalf()}`);
await commit([set(partition, 'again', value)]);
say(`again ${store.sync.get(partition, new Uint8Array(Buffer.from('again'))).length}`);
await store.close();
const reopened = await openLmdbStore({ path });
say(
  `reopened ${[...reopened.sync.scan(partition, { begin: new Uint8Array(0) })].length === stored.length - half.length + 1}`,
);
await reopened.close();
