// Opens a store that may not exist when the parent says so, and writes to it.
import { openLmdbStore } from 'actor-keyspace/stores/lmdb';
import { actor, hear, say, set } from './support.mjs';

const [path, name] = process.argv.slice(2);
say('ready');
await hear();
const store = await openLmdbStore({ path });
await store.commit({ writes: [set(actor(name), 'name', name)] });
say('written');
await hear();
const partitions = [];
for await (const partition of store.listPartitions()) partitions.push(Buffer.from(partition).toString('hex'));
say(partitions.join());
await store.close();
process.exit(0);
