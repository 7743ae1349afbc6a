// Holds a snapshot until it is killed.
import { openLmdbStore } from 'actor-keyspace/stores/lmdb';
import { actor, hear, say } from './support.mjs';

const store = await openLmdbStore({ path: process.argv[2] });
const snapshot = await store.snapshot();
await snapshot.get(actor('a'), Uint8Array.of(1));
say('reading');
await hear();
