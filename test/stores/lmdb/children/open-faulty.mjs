// Opens a store twice: on a disk that fails once, and after that.
import { writeFileSync } from 'node:fs';
import { openLmdbStore } from 'actor-keyspace/stores/lmdb';
import { say } from './support.mjs';

const [path] = process.argv.slice(2);
writeFileSync(process.env.FAULT_FILE, '');
for (let i = 0; i < 2; i++) {
  const store = await openLmdbStore({ path }).catch((error) => error);
  say(store.code ?? 'opened');
  await store.close?.();
}
