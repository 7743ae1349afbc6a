import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { open } from 'lmdb';

assertSameEngine();

/** What our LMDB store opens its environment with, so that the difference measured is ours. */
const OPTIONS = {
  noSubdir: false,
  maxDbs: 4,
  maxReaders: 2_000,
  pageSize: 4_096,
  encoding: 'binary',
  keyEncoding: 'binary',
  overlappingSync: false,
  eventTurnBatching: false,
  safeRestore: true,
};

/** LMDB itself: keys and values as they are, without checksums and owners. */
export function openLmdb(folder) {
  mkdirSync(folder, { recursive: true });
  const root = open({ ...OPTIONS, path: folder });
  const data = root.openDB({ encoding: 'binary', keyEncoding: 'binary', name: 'data' });
  return {
    data,
    /** A view that the next read overwrites. */
    get: (key) => data.getBinaryFast(key),
    set: (key, value) => data.put(key, value),
    setMany: (entries) =>
      data.batch(() => {
        for (const { key, value } of entries) data.put(key, value);
      }),
    close: () => root.close(),
  };
}

/** It is a dependency of the package, found from here because this folder is inside the package's. */
function assertSameEngine() {
  const here = createRequire(import.meta.url);
  const ours = createRequire(here.resolve('actor-keyspace/package.json'));
  if (here.resolve('lmdb') !== ours.resolve('lmdb')) {
    throw new Error(
      'lmdb is installed in bench/ too: the reference must be the copy that actor-keyspace uses',
    );
  }
}
