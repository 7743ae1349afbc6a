import type { SqliteVfs } from '@rivetkit/sqlite-vfs';
import { copyBytes } from '../../bytes/index.js';
import { type ActorKeyspace, accessOf } from '../../keyspace/index.js';
import { NAMESPACE } from '../../layout/index.js';

/** What `SqliteVfs.open` of `@rivetkit/sqlite-vfs` takes. */
export type SqliteVfsCallbacks = Parameters<SqliteVfs['open']>[1];

/**
 * Lets `@rivetkit/sqlite-vfs` keep a database in the actor, in namespace `08`. Each put and each batch is one commit.
 *
 * @throws {TypeError} If it is no actor of this package. Its functions throw `RangeError` for keys elsewhere.
 */
export function createSqliteVfsCallbacks(actor: ActorKeyspace): SqliteVfsCallbacks {
  const access = accessOf(actor);
  const putBatch = (entries: [Uint8Array, Uint8Array][]): Promise<void> =>
    access.write((writes) => {
      for (const [key, value] of entries) writes.set(copyBytes(checked(key)), copyBytes(value));
    });
  return {
    get: async (key) => (await access.get(checked(key))) ?? null,
    getBatch: async (keys) => (await access.getMany(keys.map(checked))).map((value) => value ?? null),
    put: (key, value) => putBatch([[key, value]]),
    putBatch,
    deleteBatch: (keys) =>
      access.write((writes) => {
        for (const key of keys) writes.delete(copyBytes(checked(key)));
      }),
  };
}

function checked(key: Uint8Array): Uint8Array {
  if (key[0] !== NAMESPACE.sqlite) throw new RangeError('the key is not in the namespace of SQLite files');
  return key;
}
