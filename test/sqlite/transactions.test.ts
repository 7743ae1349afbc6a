import { describe, expect, test } from 'vitest';
import { sqliteChunk } from '../../src/layout/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import { HeldStore } from '../actor/support.js';
import { count, integrity, openDatabase } from './support.js';

const rows = (n: number) => `WITH RECURSIVE n(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM n WHERE a < ${n})`;

describe('one commit', () => {
  test('a statement, and everything in a transaction, is one commit of the store', async () => {
    const store = new HeldStore();
    const { actor } = await openDatabase(store);
    await actor.sqlite.exec('CREATE TABLE t (a)');
    const before = store.commits.length;
    await actor.sqlite.run(`INSERT INTO t ${rows(2_000)} SELECT a FROM n`);
    expect(store.commits.length - before).toBe(1);
    await actor.transaction(async ({ sqlite, kv }) => {
      for (let a = 0; a < 10; a++) await sqlite.run('INSERT INTO t VALUES (?)', a);
      await kv.set('k', 'v');
      await sqlite.transaction(async (inner) => {
        await inner.run('INSERT INTO t VALUES (1)');
      });
    });
    expect(store.commits.length - before).toBe(2);
    await actor.sqlite.run('INSERT INTO t VALUES (1)');
    expect(store.commits.length - before).toBe(3);
    expect(await count(actor)).toBe(2_012);
    expect((await actor.usage()).namespaces.sqlite?.keyCount).toBeGreaterThan(5);
  });

  test('a transaction larger than the cache is one commit and leaves no journal', async () => {
    const store = new HeldStore();
    const { actor } = await openDatabase(store);
    await actor.sqlite.exec('PRAGMA cache_size = -500; CREATE TABLE t (a, b)');
    const before = store.commits.length;
    await actor.sqlite.run(`INSERT INTO t ${rows(3_000)} SELECT a, randomblob(3000) FROM n`);
    expect(store.commits.length - before).toBe(1);
    await actor.sqlite.run('INSERT INTO t VALUES (1, 2)');
    expect(store.commits.length - before).toBe(2);
    const { keyCount } = (await actor.usage()).namespaces.sqlite ?? { keyCount: 0 };
    const pages = await actor.sqlite.get<{ page_count: number }>('PRAGMA page_count');
    expect(keyCount).toBe((pages?.page_count ?? 0) + 1);
    expect(await integrity(actor)).toBe('ok');
  });

  test('VACUUM and truncation shrink the keyspace in the same commit', async () => {
    const store = new HeldStore();
    const { actor, keyspace } = await openDatabase(store);
    await actor.sqlite.exec('CREATE TABLE t (a, b)');
    await actor.sqlite.run(`INSERT INTO t ${rows(500)} SELECT a, randomblob(2000) FROM n`);
    const { bytes } = await actor.usage();
    await actor.sqlite.run('DELETE FROM t WHERE a > 10');
    const before = store.commits.length;
    await actor.sqlite.run('VACUUM');
    expect(store.commits.length - before).toBe(1);
    expect((await actor.usage()).bytes).toBeLessThan(bytes / 10);
    const again = await keyspace.openActor('a');
    expect(await integrity(again)).toBe('ok');
    expect(await count(again)).toBe(10);
  });
});

describe('rolled back', () => {
  test('a transaction of the actor takes its SQL with it, whatever the cache held', async () => {
    const { actor } = await openDatabase();
    await actor.sqlite.exec('CREATE TABLE t (a); INSERT INTO t VALUES (1)');
    for (let round = 0; round < 3; round++) {
      const failing = actor.transaction(async ({ sqlite, kv }) => {
        await sqlite.run(`INSERT INTO t ${rows(1_000)} SELECT a FROM n`);
        await sqlite.exec('CREATE TABLE u (a); CREATE INDEX i ON t (a)');
        await kv.set('k', 'v');
        expect(await sqlite.get('SELECT count(*) AS n FROM t')).toEqual({ n: 1_001 + round });
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await actor.kv.get('k')).toBeUndefined();
      expect(await count(actor)).toBe(1 + round);
      await expect(actor.sqlite.all('SELECT * FROM u')).rejects.toMatchObject({ code: 'sqlite.failed' });
      await actor.sqlite.run('INSERT INTO t VALUES (2)');
      expect(await integrity(actor)).toBe('ok');
    }
  });

  test('a nested transaction alone', async () => {
    const { actor } = await openDatabase();
    await actor.sqlite.exec('CREATE TABLE t (a)');
    await actor.transaction(async ({ sqlite }) => {
      await sqlite.run('INSERT INTO t VALUES (1)');
      const inner = sqlite.transaction(async (nested) => {
        await nested.run('INSERT INTO t VALUES (2)');
        throw new Error('no');
      });
      await expect(inner).rejects.toThrow('no');
      expect(await sqlite.all('SELECT a FROM t')).toEqual([{ a: 1 }]);
    });
    expect(await actor.sqlite.all('SELECT a FROM t')).toEqual([{ a: 1 }]);
  });

  test('who waits for the transaction reads what is left of it', async () => {
    const { actor } = await openDatabase();
    await actor.sqlite.exec('CREATE TABLE t (a)');
    const failing = actor.transaction(async ({ sqlite }) => {
      await sqlite.run('INSERT INTO t VALUES (1)');
      throw new Error('no');
    });
    const read = actor.sqlite.all('SELECT a FROM t');
    const write = actor.sqlite.run('INSERT INTO t VALUES (2)');
    await expect(failing).rejects.toThrow('no');
    expect(await read).toEqual([]);
    await write;
    expect(await actor.sqlite.all('SELECT a FROM t')).toEqual([{ a: 2 }]);
  });

  test('what the quota refuses is refused whole, and the database goes on', async () => {
    const store = new MemoryStore();
    const { keyspace } = await openDatabase(store);
    const actor = await keyspace.openActor('b', { quotaBytes: 100_000 });
    await actor.sqlite.exec('CREATE TABLE t (a)');
    const refused = { code: 'actor.quota_exceeded' };
    await expect(actor.sqlite.run('INSERT INTO t VALUES (randomblob(200000))')).rejects.toMatchObject(
      refused,
    );
    expect(await count(actor)).toBe(0);
    await actor.sqlite.run('INSERT INTO t VALUES (1)');
    const together = actor.transaction(async ({ sqlite }) => {
      await sqlite.run('INSERT INTO t VALUES (randomblob(200000))');
    });
    await expect(together).rejects.toMatchObject(refused);
    expect(await count(actor)).toBe(1);
    expect(await integrity(actor)).toBe('ok');
  });

  test('a transaction larger than a commit is refused before anything is written', async () => {
    const store = new MemoryStore({ commitBytesMax: 4 * 1024 * 1024 });
    const { actor } = await openDatabase(store);
    await actor.sqlite.exec('CREATE TABLE t (a)');
    await expect(
      actor.sqlite.run(`INSERT INTO t ${rows(6_000)} SELECT randomblob(1000) FROM n`),
    ).rejects.toMatchObject({ code: 'commit.too_large' });
    expect(await count(actor)).toBe(0);
    await actor.sqlite.run('INSERT INTO t VALUES (1)');
    expect(await integrity(actor)).toBe('ok');
  });

  test('a call must end what it begins', async () => {
    const { actor } = await openDatabase();
    await actor.sqlite.exec('CREATE TABLE t (a)');
    await expect(actor.sqlite.exec('BEGIN; INSERT INTO t VALUES (1)')).rejects.toMatchObject({
      code: 'sqlite.transaction_open',
    });
    expect(await count(actor)).toBe(0);
    await actor.sqlite.exec('BEGIN; INSERT INTO t VALUES (1); COMMIT; BEGIN; DELETE FROM t; ROLLBACK');
    expect(await count(actor)).toBe(1);
  });

  test('rows of what was rolled back are void', async () => {
    const { actor } = await openDatabase();
    await actor.sqlite.exec(`CREATE TABLE t (a); INSERT INTO t ${rows(500)} SELECT a FROM n`);
    const iteration = actor.sqlite.iterate('SELECT a FROM t');
    await iteration.next();
    const failing = actor.transaction(async ({ sqlite }) => {
      await sqlite.run('DELETE FROM t');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    const rest = async () => {
      for await (const _row of iteration);
    };
    await expect(rest()).rejects.toMatchObject({ code: 'sqlite.rows_void' });
    expect(await count(actor)).toBe(500);
  });
});

describe('sync', () => {
  test('reads its writes at once; durable() acknowledges', async () => {
    const store = new HeldStore();
    const { actor, keyspace } = await openDatabase(store);
    const { sync } = actor.sqlite;
    sync.exec('CREATE TABLE t (a)');
    sync.transaction(() => {
      const insert = sync.prepare('INSERT INTO t VALUES (?)');
      for (let a = 0; a < 1_000; a++) insert.run(a);
    });
    expect(sync.get('SELECT count(*) AS n FROM t')).toEqual({ n: 1_000 });
    expect([...sync.iterate('SELECT a FROM t WHERE a < 3')]).toEqual([{ a: 0 }, { a: 1 }, { a: 2 }]);
    expect(store.commits.length).toBe(0);
    await actor.durable();
    expect(await count(await keyspace.openActor('a'))).toBe(1_000);
  });

  test('transactions nest and roll back', async () => {
    const { actor } = await openDatabase();
    const { sync } = actor.sqlite;
    sync.exec('CREATE TABLE t (a)');
    const no = () => {
      throw new Error('no');
    };
    sync.transaction(() => {
      sync.run('INSERT INTO t VALUES (1)');
      const nested = () =>
        sync.transaction(() => {
          sync.run('INSERT INTO t VALUES (2)');
          no();
        });
      expect(nested).toThrow('no');
    });
    expect(() =>
      sync.transaction(() => {
        sync.run('INSERT INTO t VALUES (3)');
        no();
      }),
    ).toThrow('no');
    expect(() => sync.transaction(async () => {})).toThrow(TypeError);
    expect(sync.all('SELECT a FROM t')).toEqual([{ a: 1 }]);
  });

  test('cannot wait for a transaction, and takes part in its own', async () => {
    const { actor } = await openDatabase();
    await actor.sqlite.exec('CREATE TABLE t (a)');
    await actor.transaction(async ({ sqlite }) => {
      sqlite.sync.run('INSERT INTO t VALUES (1)');
      expect(() => actor.sqlite.sync.all('SELECT a FROM t')).toThrow(
        expect.objectContaining({ code: 'transaction.open' }),
      );
      expect(sqlite.sync.all('SELECT a FROM t')).toEqual([{ a: 1 }]);
    });
    expect(actor.sqlite.sync.all('SELECT a FROM t')).toEqual([{ a: 1 }]);
  });
});

describe('a failed commit', () => {
  test('poisons the actor, and an open one shows what is durable', async () => {
    const store = new HeldStore();
    const { actor, keyspace } = await openDatabase(store);
    await actor.sqlite.exec('CREATE TABLE t (a); INSERT INTO t VALUES (1)');
    store.hold();
    actor.sqlite.sync.run('INSERT INTO t VALUES (2)');
    const waiting = actor.sqlite.run('INSERT INTO t VALUES (3)');
    const outcome = waiting.catch((error) => error);
    const arrived = await store.arrived();
    arrived.decide({ fail: new Error('disk') });
    expect(await outcome).toMatchObject({ code: expect.stringMatching(/store.failed|actor.poisoned/) });
    await expect(actor.sqlite.all('SELECT a FROM t')).rejects.toMatchObject({ code: 'actor.poisoned' });
    expect(() => actor.sqlite.sync.all('SELECT a FROM t')).toThrow(
      expect.objectContaining({ code: 'actor.poisoned' }),
    );
    store.release();
    const again = await keyspace.openActor('a');
    expect(await again.sqlite.all('SELECT a FROM t')).toEqual([{ a: 1 }]);
    expect(await integrity(again)).toBe('ok');
  });
});

test('keys are those of the layout, and nothing else', async () => {
  const store = new HeldStore();
  const { actor } = await openDatabase(store);
  await actor.sqlite.exec('CREATE TABLE t (a)');
  const keys = store.commits.flatMap(({ writes }) =>
    writes.flatMap((write) =>
      'key' in write && write.key[0] === 8 ? [Buffer.from(write.key).toString('hex')] : [],
    ),
  );
  expect(new Set(keys)).toEqual(
    new Set([
      '08010000',
      ...[0, 1].map((chunkIndex) =>
        Buffer.from(sqliteChunk.encode({ fileTag: 0, chunkIndex })).toString('hex'),
      ),
    ]),
  );
});
