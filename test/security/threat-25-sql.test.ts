import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HeldStore } from '../actor/support.js';
import { integrity, openDatabase } from '../sqlite/support.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'threat-25-'));
});
afterEach(() => rm(folder, { recursive: true }));

const REFUSED = [
  "ATTACH 'other.db' AS other",
  "ATTACH ':memory:' AS other",
  "ATTACH '' AS other",
  "ATTACH 'file:other.db?vfs=unix' AS other",
  "ATTACH 'oth' || 'er.db' AS other",
  "ATTACH 'database-1' AS other",
  "ATTACH 'database-1-journal' AS other",
  'DETACH main',
  "VACUUM INTO 'copy.db'",
  "VACUUM INTO 'file:copy.db?vfs=unix'",
  "VACUUM INTO ':memory:'",
  "SELECT load_extension('evil')",
  "SELECT writefile('x', 'y')",
  "SELECT readfile('x')",
  "SELECT fts3_tokenizer('x', x'00')",
  "PRAGMA temp_store_directory = '.'",
  "PRAGMA data_store_directory = '.'",
  'PRAGMA writable_schema = ON',
  'PRAGMA trusted_schema = ON',
  'PRAGMA journal_mode = WAL',
  'PRAGMA journal_mode = DELETE',
  'PRAGMA main.journal_mode = OFF',
  'PRAGMA locking_mode = NORMAL',
  'PRAGMA page_size = 8192',
  'PRAGMA synchronous = OFF',
  'PRAGMA mmap_size = 1000000',
  'PRAGMA temp_store = FILE',
  'PRAGMA schema_version = 99',
  'PRAGMA hard_heap_limit = 1',
  "SELECT * FROM pragma_journal_mode('wal')",
  'UPDATE sqlite_schema SET sql = 1',
  'UPDATE sqlite_dbpage SET data = zeroblob(4096) WHERE pgno = 2',
  'DELETE FROM f_data',
];

test('what reaches beyond the database is refused, and leaves neither files nor keys', async () => {
  const before = process.cwd();
  process.chdir(folder);
  try {
    const store = new HeldStore();
    const { actor } = await openDatabase(store);
    await actor.sqlite.exec(
      'CREATE TABLE t (a); INSERT INTO t VALUES (1); CREATE VIRTUAL TABLE f USING fts5 (b)',
    );
    const { length } = store.commits;
    for (const sql of REFUSED) {
      await expect(actor.sqlite.exec(sql), sql).rejects.toMatchObject({ code: /^sqlite\.(refused|failed)$/ });
      expect(() => actor.sqlite.sync.all(sql), sql).toThrow();
    }
    expect(store.commits.length).toBe(length);
    expect(await readdir(folder)).toEqual([]);
    expect(await actor.sqlite.get('PRAGMA journal_mode')).toEqual({ journal_mode: 'memory' });
    expect(await actor.sqlite.get('PRAGMA trusted_schema')).toEqual({ trusted_schema: 0 });
    expect(await actor.sqlite.get('PRAGMA locking_mode')).toEqual({ locking_mode: 'exclusive' });
    expect(await integrity(actor)).toBe('ok');
    const keys = store.commits.flatMap(({ writes }) =>
      writes.flatMap((write) => ('key' in write ? [write.key] : [])),
    );
    expect(new Set(keys.map(([namespace]) => namespace))).toEqual(new Set([0, 8]));
  } finally {
    process.chdir(before);
  }
});

test('what does not is allowed', async () => {
  const { actor } = await openDatabase();
  const { sqlite } = actor;
  await sqlite.exec(`
    CREATE TABLE w (a PRIMARY KEY, b) WITHOUT ROWID;
    CREATE TABLE t (a);
    CREATE TRIGGER r AFTER INSERT ON t BEGIN INSERT INTO w VALUES (new.a, 'x'); END;
    CREATE VIRTUAL TABLE f USING fts5 (body);
    CREATE VIRTUAL TABLE b USING rtree (id, x0, x1);
    CREATE TEMP TABLE p AS SELECT 1;
    INSERT INTO t VALUES (1), (2);
    INSERT INTO f VALUES ('a teapot'), ('a cup');
    INSERT INTO b VALUES (1, 0, 1);
    PRAGMA foreign_keys = OFF;
    PRAGMA user_version = 7;
    ANALYZE;
    REINDEX;
    VACUUM;
  `);
  expect(await sqlite.all("SELECT body FROM f WHERE f MATCH 'teapot'")).toEqual([{ body: 'a teapot' }]);
  expect(await sqlite.all('SELECT a FROM w')).toEqual([{ a: 1 }, { a: 2 }]);
  expect(await sqlite.get('PRAGMA user_version')).toEqual({ user_version: 7 });
  expect(await integrity(actor)).toBe('ok');
  const sorted = await sqlite.get<{ n: number }>(`
    WITH RECURSIVE n(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM n WHERE a < 200000),
      s AS (SELECT a, randomblob(20) AS r FROM n ORDER BY r) SELECT count(*) AS n FROM s`);
  expect(sorted?.n).toBe(200_000);
});

test('settings of the connection outlive a rolled back transaction', async () => {
  const { actor } = await openDatabase();
  expect(await actor.sqlite.get('PRAGMA foreign_keys')).toEqual({ foreign_keys: 1 });
  await actor.sqlite.exec('PRAGMA foreign_keys = OFF');
  const failing = actor.transaction(async ({ sqlite }) => {
    await sqlite.exec('CREATE TABLE t (a)');
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await actor.sqlite.get('PRAGMA foreign_keys')).toEqual({ foreign_keys: 0 });
});
