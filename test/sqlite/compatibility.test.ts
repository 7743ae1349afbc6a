import { SqliteVfs } from '@rivetkit/sqlite-vfs';
import { describe, expect, test } from 'vitest';
import { encodeActorPartition } from '../../src/layout/index.js';
import { type Entry, type Store, WHOLE_PARTITION, type Write } from '../../src/store/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import { HeldStore } from '../actor/support.js';
import { count, integrity, openDatabase } from './support.js';

const JOURNAL_META = Uint8Array.of(8, 1, 0, 1);
const JOURNAL_CHUNK = Uint8Array.of(8, 1, 1, 1, 0, 0, 0, 0);
const partition = encodeActorPartition('a');

/** What that package stores its files with, on a store of ours. */
function keyValues(store: Store, onChange: () => Promise<void>) {
  const commit = async (writes: Write[]) => {
    await store.commit({ writes });
    await onChange();
  };
  const set = (entries: [Uint8Array, Uint8Array][]) =>
    commit(entries.map(([key, value]) => ({ type: 'set', partition, key: copy(key), value: copy(value) })));
  return {
    get: async (key: Uint8Array) => (await store.get(partition, key)) ?? null,
    getBatch: async (keys: Uint8Array[]) =>
      (await store.getMany(partition, keys)).map((value) => value ?? null),
    put: (key: Uint8Array, value: Uint8Array) => set([[key, value]]),
    putBatch: set,
    deleteBatch: (keys: Uint8Array[]) =>
      commit(keys.map((key) => ({ type: 'delete', partition, key: copy(key) }))),
  };
}

const copy = (bytes: Uint8Array) => new Uint8Array(bytes);

async function withTheirs(
  store: Store,
  use: (database: Awaited<ReturnType<SqliteVfs['open']>>) => Promise<void>,
  onChange: () => Promise<void> = async () => {},
): Promise<void> {
  const vfs = new SqliteVfs();
  const database = await vfs.open('a', keyValues(store, onChange));
  try {
    await use(database);
  } finally {
    await database.close();
    await vfs.destroy();
  }
}

const SCRIPT = `
  CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b BLOB);
  CREATE INDEX i ON t (a);
  WITH RECURSIVE n(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM n WHERE a < 500)
    INSERT INTO t SELECT a, 'row ' || a, zeroblob(a) FROM n;
  DELETE FROM t WHERE id % 7 = 0;
`;

describe('databases of @rivetkit/sqlite-vfs 2.1.3', () => {
  test('open here, and what is written here opens there', async () => {
    const store = new MemoryStore();
    await withTheirs(store, (database) => database.exec(SCRIPT));
    const { actor } = await openDatabase(store);
    expect(await integrity(actor)).toBe('ok');
    expect(await count(actor)).toBe(429);
    await actor.sqlite.exec(
      'UPDATE t SET b = randomblob(300) WHERE id < 100; DELETE FROM t WHERE id > 400; VACUUM',
    );
    const rows = await actor.sqlite.with({ rows: 'arrays' }).all('SELECT * FROM t');
    await actor.close();
    await withTheirs(store, async (database) => {
      expect((await database.query('PRAGMA integrity_check')).rows).toEqual([['ok']]);
      expect((await database.query('SELECT * FROM t')).rows.map((row) => row.slice(0, 2))).toEqual(
        rows.map((row) => (row as unknown[]).slice(0, 2)),
      );
      await database.run('INSERT INTO t VALUES (1000, ?, NULL)', ['theirs']);
    });
    const again = await (await openDatabase(store)).keyspace.openActor('a');
    expect(await again.sqlite.get('SELECT a FROM t WHERE id = 1000')).toEqual({ a: 'theirs' });
    expect(await integrity(again)).toBe('ok');
  });

  test('one made here opens there', async () => {
    const store = new MemoryStore();
    const { actor } = await openDatabase(store);
    await actor.sqlite.exec(SCRIPT);
    await actor.close();
    await withTheirs(store, async (database) => {
      expect((await database.query('PRAGMA integrity_check')).rows).toEqual([['ok']]);
      expect((await database.query('SELECT count(*) FROM t')).rows).toEqual([[429]]);
      await database.exec('INSERT INTO t (a) VALUES (1)');
    });
  });

  // A transaction of theirs is many commits; whoever dies between two of them leaves a hot journal.
  test('one that crashed with a hot journal is rolled back on opening, in one commit', async () => {
    const writer = new MemoryStore();
    await withTheirs(writer, (database) => database.exec(SCRIPT));
    const instants: Entry[][] = [];
    const update = "PRAGMA cache_size = 5; UPDATE t SET a = 'changed', b = randomblob(500)";
    await withTheirs(
      writer,
      (database) => database.exec(update),
      async () => {
        const entries: Entry[] = [];
        for await (const entry of writer.scan(partition, WHOLE_PARTITION)) entries.push(entry);
        instants.push(entries);
      },
    );
    let hotCount = 0;
    const stride = Math.ceil(instants.length / 40);
    for (let at = 0; at < instants.length; at += stride) {
      const store = new HeldStore();
      const entries = instants[at] as Entry[];
      await store.commit({
        writes: entries.map(({ key, value }) => ({ type: 'set', partition, key, value })),
      });
      const isHot = (await store.get(partition, JOURNAL_META)) !== undefined;
      const { actor } = await openDatabase(store);
      const before = store.commits.length;
      const changed = await actor.sqlite.get<{ n: number }>(
        "SELECT count(*) AS n FROM t WHERE a = 'changed'",
      );
      expect(store.commits.length - before).toBe(isHot ? 1 : 0);
      // Before their transaction began to write, or after the journal was gone: that was their commit.
      expect([0, 429]).toContain(changed?.n);
      if (isHot) {
        hotCount++;
        expect(changed?.n).toBe(0);
      }
      expect(await count(actor)).toBe(429);
      expect(await integrity(actor)).toBe('ok');
      expect(await store.get(partition, JOURNAL_META)).toBeUndefined();
      expect(await store.get(partition, JOURNAL_CHUNK)).toBeUndefined();
    }
    expect(hotCount).toBeGreaterThan(20);
  });

  test('a write-ahead log that holds something is refused', async () => {
    const store = new MemoryStore();
    const set = (key: number[], value: number[]) =>
      ({ type: 'set', partition, key: Uint8Array.from(key), value: Uint8Array.from(value) }) as const;
    await store.commit({ writes: [set([8, 1, 0, 2], [1, 0, 32, 0, 0, 0, 0, 0, 0, 0])] });
    const { actor } = await openDatabase(store);
    await expect(actor.sqlite.exec('CREATE TABLE t (a)')).rejects.toMatchObject({ code: 'sqlite.refused' });
    await store.commit({ writes: [set([8, 1, 0, 2], [1, 0, 0, 0, 0, 0, 0, 0, 0, 0])] });
    const again = await (await openDatabase(store)).keyspace.openActor('a');
    await again.sqlite.exec('CREATE TABLE t (a)');
  });
});
