import { SqliteVfs } from '@rivetkit/sqlite-vfs';

/** RivetKit's SQLite over a store of single entries, each put durable, as it is used there. */
export async function openRivetkitSqlite(lmdb) {
  const key = (bytes) => Buffer.from(bytes);
  const vfs = new SqliteVfs();
  const database = await vfs.open('actor-1', {
    get: async (each) => lmdb.data.getBinary(key(each)) ?? null,
    getBatch: async (keys) => keys.map((each) => lmdb.data.getBinary(key(each)) ?? null),
    put: async (each, value) => {
      await lmdb.data.put(key(each), Buffer.from(value));
    },
    putBatch: async (entries) => {
      await lmdb.data.batch(() => {
        for (const [each, value] of entries) lmdb.data.put(key(each), Buffer.from(value));
      });
    },
    deleteBatch: async (keys) => {
      await lmdb.data.batch(() => {
        for (const each of keys) lmdb.data.remove(key(each));
      });
    },
  });
  return {
    database,
    close: async () => {
      await database.close();
      await vfs.destroy();
    },
  };
}
