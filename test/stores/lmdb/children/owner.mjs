// Claims a partition again and again, and commits under the claim until fenced. Each commit sets a counter and
// two copies of it, all three naming the epoch they were written under.
import { openLmdbStore } from 'actor-keyspace/stores/lmdb';
import { actor, say, set } from './support.mjs';

const [path, claims] = process.argv.slice(2);
const partition = actor('contended');
const store = await openLmdbStore({ path });
let acknowledged = 0;
for (let claim = 0; claim < Number(claims); claim++) {
  const fence = await store.claim(partition);
  for (let i = 1; ; i++) {
    const value = `${fence.epoch}:${i}`;
    try {
      await store.commit({
        fences: [fence],
        writes: [
          set(partition, 'counter', value),
          set(partition, 'copy', value),
          set(partition, `last-of-${String(fence.epoch).padStart(8, '0')}`, value),
        ],
      });
      acknowledged++;
    } catch (error) {
      if (error.code !== 'commit.fenced') throw error;
      say(`fenced ${fence.epoch} ${i - 1}`);
      break;
    }
    // The other process may have ended: then nobody fences this one.
    if (i === 200) {
      say(`left ${fence.epoch} ${i}`);
      break;
    }
  }
}
say(`done ${acknowledged}`);
await store.close();
