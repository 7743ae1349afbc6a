// Opens each folder and reads all of it: says what happened, and whether what was read is whole.
import { openLmdbStore } from 'actor-keyspace/stores/lmdb';
import { say } from './support.mjs';

for (const path of process.argv.slice(2)) {
  say(await outcome(path));
}

async function outcome(path) {
  let store;
  try {
    store = await openLmdbStore({ path });
  } catch (error) {
    return error.code ?? String(error);
  }
  try {
    let entries = 0;
    for await (const partition of store.listPartitions()) {
      for await (const { key, value } of store.scan(partition, { begin: new Uint8Array(0) })) {
        if (value.some((byte) => byte !== key[0])) return 'wrong data';
        entries++;
      }
    }
    return `entries ${entries}`;
  } finally {
    await store.close();
  }
}
