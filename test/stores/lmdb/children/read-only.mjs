// Reads a store that another process writes.
import { openLmdbStore } from 'actor-keyspace/stores/lmdb';
import { actor, hear, say, set, utf8 } from './support.mjs';

const partition = actor('a');
const store = await openLmdbStore({ path: process.argv[2], readOnly: true });
const read = async () => Buffer.from(await store.get(partition, utf8('k'))).toString();
const refusals = await Promise.allSettled([
  store.claim(partition),
  store.commit({ writes: [set(partition, 'k', 'not written')] }),
]);
say(`${await read()} ${refusals.map(({ reason }) => reason.name).join(' ')}`);
await hear();
let count = 0;
for await (const _ of store.scan(partition, { begin: new Uint8Array(0) })) count++;
say(`${await read()} ${count}`);
await store.close();
process.exit(0);
