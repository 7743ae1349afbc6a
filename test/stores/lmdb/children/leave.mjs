// Leaves without closing its store, in the way it is told.
import { openLmdbStore } from 'actor-keyspace/stores/lmdb';
import { actor, say, set } from './support.mjs';

const [path, how] = process.argv.slice(2);
const partition = actor('a');
const store = await openLmdbStore({ path });
const fence = await store.claim(partition);
const commit = (i) => store.commit({ fences: [fence], writes: [set(partition, `key-${i}`, `${i}`)] });
await commit('first');
say('committed');
if (how.includes('reading')) {
  const snapshot = await store.snapshot();
  const scan = snapshot.scan(partition, { begin: new Uint8Array(0) })[Symbol.asyncIterator]();
  await scan.next();
}
if (how.includes('pending')) {
  for (let i = 0; i < 2_000; i++) commit(i);
}
if (how.includes('exit')) process.exit(0);
