// Raises a counter that other processes raise too.
import { openLmdbStore } from 'actor-keyspace/stores/lmdb';
import { actor, hear, say, set, utf8 } from './support.mjs';

const [path, increments] = process.argv.slice(2);
const partition = actor('counted');
const key = utf8('n');
const store = await openLmdbStore({ path });
say('ready');
await hear();
for (let left = Number(increments); left > 0; ) {
  const value = await store.get(partition, key);
  const n = value === undefined ? 0 : Number(Buffer.from(value).toString());
  try {
    await store.commit({ checks: [{ partition, key, value }], writes: [set(partition, 'n', `${n + 1}`)] });
    left--;
  } catch (error) {
    if (error.code !== 'commit.check_failed') throw error;
  }
}
await store.close();
process.exit(0);
