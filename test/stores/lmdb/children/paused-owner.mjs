// Owns a partition; commits when told to and says how that went.
import { openLmdbStore } from 'actor-keyspace/stores/lmdb';
import { actor, hear, say, set } from './support.mjs';

const [path] = process.argv.slice(2);
const partition = actor('owned');
const store = await openLmdbStore({ path });
const fence = await store.claim(partition);
say(`claimed ${fence.epoch}`);
for (let line = await hear(); line !== undefined; line = await hear()) {
  const commits = [
    { fences: [fence], writes: [set(partition, 'value', line)] },
    // Reads before it writes: another path through the store.
    {
      fences: [fence],
      checks: [{ partition, key: Uint8Array.of(0xff), value: undefined }],
      writes: [set(partition, 'value', line)],
    },
  ];
  const outcomes = await Promise.allSettled(commits.map((commit) => store.commit(commit)));
  say(outcomes.map(({ status, reason }) => reason?.code ?? status).join());
}
await store.close();
