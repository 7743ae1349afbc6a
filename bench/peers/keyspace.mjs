import { openKeyspace } from 'actor-keyspace';
import { openLmdbStore } from 'actor-keyspace/stores/lmdb';

/** Ours, on LMDB. Closing the keyspace closes the store. */
export async function openOurs(folder, options = {}) {
  const store = await openLmdbStore({ path: folder });
  return { store, keyspace: await openKeyspace({ store, ...options }) };
}
