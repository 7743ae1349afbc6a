import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { onEveryStore, openActor } from '../keyspace/support.js';

onEveryStore((open) => {
  test('a row is there when the actor is opened again', async () => {
    const { actor, keyspace } = await openActor(open);
    await actor.sqlite.exec('CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, data BLOB)');
    const insert = actor.sqlite.prepare('INSERT INTO people (name, data) VALUES (?, ?)');
    expect(await insert.run('Ada', Uint8Array.of(1, 2))).toEqual({ changes: 1, lastInsertRowid: 1 });
    expect(await insert.run('Zoë', null)).toEqual({ changes: 1, lastInsertRowid: 2 });
    const again = await keyspace.openActor('a');
    expect(await again.sqlite.all('SELECT * FROM people ORDER BY id')).toEqual([
      { id: 1, name: 'Ada', data: Uint8Array.of(1, 2) },
      { id: 2, name: 'Zoë', data: null },
    ]);
    expect(await again.sqlite.pragma('integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    expect(await again.sqlite.pragma('page_size')).toEqual([{ page_size: 4096 }]);
  });

  test('a transaction shares its commit with SQL, and takes SQL with it when it fails', async () => {
    const { actor, keyspace } = await openActor(open);
    await actor.sqlite.exec('CREATE TABLE t (a)');
    await actor.transaction(async ({ sqlite, kv }) => {
      await sqlite.run('INSERT INTO t VALUES (1)');
      await kv.set('k', 'v');
    });
    const failing = actor.transaction(async ({ sqlite }) => {
      await sqlite.run('INSERT INTO t VALUES (2)');
      expect(await sqlite.all('SELECT a FROM t')).toHaveLength(2);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await actor.sqlite.all('SELECT a FROM t')).toEqual([{ a: 1 }]);
    await actor.sqlite.run('INSERT INTO t VALUES (3)');
    const reader = await keyspace.openActor('a', { readOnly: true });
    expect(await reader.sqlite.all('SELECT a FROM t')).toEqual([{ a: 1 }, { a: 3 }]);
    await expect(reader.sqlite.run('INSERT INTO t VALUES (4)')).rejects.toMatchObject({
      code: 'actor.read_only',
    });
    await actor.sqlite.exec('INSERT INTO t VALUES (5); VACUUM');
    const rows: unknown[] = [];
    for await (const { a } of reader.sqlite.iterate<{ a: number }>('SELECT a FROM t')) rows.push(a);
    expect(rows).toEqual([1, 3, 5]);
    expect(await reader.sqlite.pragma('integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  });

  test('a database moves as the bytes of a file', async () => {
    const { actor, keyspace } = await openActor(open);
    expect(await actor.sqlite.serialize()).toHaveLength(0);
    await actor.sqlite.exec('CREATE TABLE t (a); INSERT INTO t VALUES (1)');
    const image = await actor.sqlite.serialize();
    expect(Buffer.from(image.subarray(0, 15)).toString()).toBe('SQLite format 3');
    const other = await keyspace.openActor('b');
    await other.sqlite.exec('CREATE TABLE u (a)');
    await other.sqlite.deserialize(image);
    expect(await other.sqlite.all('SELECT a FROM t')).toEqual([{ a: 1 }]);
    const failing = other.transaction(async ({ sqlite }) => {
      await sqlite.exec('DELETE FROM t');
      await sqlite.deserialize(image);
      expect(await sqlite.all('SELECT a FROM t')).toEqual([{ a: 1 }]);
      await sqlite.exec('DROP TABLE t');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await other.sqlite.all('SELECT a FROM t')).toEqual([{ a: 1 }]);
    expect((await other.usage()).namespaces.sqlite).toEqual((await actor.usage()).namespaces.sqlite);
  });

  test('what a store that reads asynchronously cannot do is refused', async () => {
    const { actor, store } = await openActor(open);
    if (store.capabilities.synchronousReads) return;
    const unsupported = expect.objectContaining({ code: 'sqlite.unsupported' });
    expect(() => actor.sqlite.sync).toThrow(unsupported);
    expect(() => actor.sqlite.function('f', () => 1)).toThrow(unsupported);
  });

  test('backup and import of a file', async () => {
    const { actor, keyspace } = await openActor(open);
    const folder = await mkdtemp(join(tmpdir(), 'sqlite-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await actor.sqlite.exec('CREATE TABLE t (a); INSERT INTO t VALUES (1)');
    await actor.sqlite.backup(join(folder, 'copy.db'));
    expect(await readdir(folder)).toEqual(['copy.db']);
    const other = await keyspace.openActor('b');
    await other.sqlite.import(join(folder, 'copy.db'));
    expect(await other.sqlite.all('SELECT a FROM t')).toEqual([{ a: 1 }]);
    await expect(actor.sqlite.backup(join(folder, 'none', 'x'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
