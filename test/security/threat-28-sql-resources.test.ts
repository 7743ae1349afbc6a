import { expect, test } from 'vitest';
import { openDatabase } from '../sqlite/support.js';

const ENDLESS = 'WITH RECURSIVE n(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM n) SELECT max(a) FROM n';
const nested = (depth: number) => `SELECT ${'('.repeat(depth)}1${')'.repeat(depth)}`;

test('a statement ends after the steps that it may take', async () => {
  const { actor } = await openDatabase();
  const limited = actor.sqlite.with({ stepsMax: 100_000 });
  await limited.exec('CREATE TABLE t (a)');
  const interrupted = { code: 'sqlite.interrupted', details: { stepsMax: 100_000 } };
  await expect(limited.get(ENDLESS)).rejects.toMatchObject(interrupted);
  await expect(limited.run(`INSERT INTO t ${ENDLESS.replace('max(a)', 'a')}`)).rejects.toMatchObject(
    interrupted,
  );
  const glob = `SELECT '${'a'.repeat(200_000)}' GLOB '${'*a'.repeat(400)}b'`;
  await expect(limited.get(glob)).resolves.toBeDefined();
  expect(await limited.get('SELECT count(*) AS n FROM t')).toEqual({ n: 0 });
});

test.each([
  ['a gigabyte', 'SELECT randomblob(1000000000)'],
  ['a gigabyte of zeros', 'SELECT length(hex(zeroblob(1000000000)))'],
  ['a long text', "SELECT length(printf('%.*c', 1000000000, 'x'))"],
  ['a deep expression', `SELECT ${'1+'.repeat(5_000)}1`],
  ['a deep one that is short', `SELECT ${'-'.repeat(3_000).split('').join(' ')}1`],
  ['a compound of many', Array(500).fill('SELECT 1').join(' UNION ALL ')],
  ['a long pattern', `SELECT 'a' LIKE '${'%a'.repeat(30_000)}'`],
  ['a statement of two megabytes', `SELECT '${'x'.repeat(2_000_000)}'`],
  ['many columns', `CREATE TABLE w (${Array.from({ length: 3_000 }, (_, i) => `c${i}`).join()})`],
  ['many arguments', `SELECT max(${Array(1_000).fill('1').join()})`],
])('%s is refused, and SQLite goes on', async (_name, sql) => {
  const { actor } = await openDatabase();
  await expect(actor.sqlite.exec(sql)).rejects.toMatchObject({ code: expect.stringMatching(/^sqlite\./) });
  expect(await actor.sqlite.get('SELECT 1 AS one')).toEqual({ one: 1 });
});

test('parentheses however deep do not break it', async () => {
  const { actor } = await openDatabase();
  for (const depth of [50, 1_000, 100_000]) await actor.sqlite.exec(nested(depth)).catch(() => {});
  expect(await actor.sqlite.get('SELECT 1 AS one')).toEqual({ one: 1 });
});

test('a trigger that triggers itself for ever is stopped', async () => {
  const { actor } = await openDatabase();
  await actor.sqlite.exec(`
    PRAGMA recursive_triggers = ON;
    CREATE TABLE t (a);
    CREATE TRIGGER r AFTER INSERT ON t BEGIN INSERT INTO t VALUES (new.a + 1); END;
  `);
  await expect(actor.sqlite.run('INSERT INTO t VALUES (1)')).rejects.toMatchObject({ code: 'sqlite.failed' });
  expect(await actor.sqlite.get('SELECT count(*) AS n FROM t')).toEqual({ n: 0 });
});
