// Commits in several partitions at once, without end once told to, and says which commits are acknowledged.
import { openLmdbStore } from 'actor-keyspace/stores/lmdb';
import { actor, hear, say, set } from './support.mjs';

const [path, actors] = process.argv.slice(2);
await hear();
const store = await openLmdbStore({ path });
const padding = 'x'.repeat(5_000);
await Promise.all(
  Array.from({ length: Number(actors) }, async (_, i) => {
    const partition = actor(`actor-${i}`);
    const fence = await store.claim(partition);
    const counter = store.sync.get(partition, new Uint8Array(Buffer.from('a')));
    for (let n = counter === undefined ? 1 : parseInt(Buffer.from(counter).toString(), 10) + 1; ; n++) {
      const value = `${n} ${padding.slice(0, (n * 97) % padding.length)}`;
      await store.commit({
        fences: [fence],
        writes: [
          ...['a', 'b', 'c'].map((key) => set(partition, key, value)),
          { type: 'clearRange', partition, range: { begin: Uint8Array.of(0x80) } },
          { type: 'set', partition, key: Uint8Array.of(0x80 + (n % 100)), value: Uint8Array.of(n % 100) },
        ],
      });
      say(`${i} ${n}`);
    }
  }),
);
