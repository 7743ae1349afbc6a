import { SqliteVfs } from '@rivetkit/sqlite-vfs';
import { expect, test } from 'vitest';
import { toHex } from '../../src/bytes/index.js';
import { seededRandom } from './seeded-random.js';
import { integrity, openDatabase } from './support.js';

const STATEMENTS = 2_500;
const TABLES = ['a', 'b', 'c'];

/** SQL at random over a few tables, much of which fails. */
function statements(random: (min: number, max: number) => number): () => string {
  const pick = <T>(items: readonly T[]) => items[random(0, items.length - 1)] as T;
  const table = () => pick(TABLES);
  const literal = () =>
    pick([
      `${random(-5, 30)}`,
      `${random(-9, 9)}.5`,
      `'${'text'.repeat(random(0, 30))}'`,
      'NULL',
      `zeroblob(${random(0, 6_000)})`,
      '9007199254740993',
    ]);
  const where = () =>
    pick([
      `k = ${random(0, 60)}`,
      `k > ${random(0, 60)}`,
      `v < ${literal()}`,
      'v IS NULL',
      `k % ${random(2, 5)} = 0`,
    ]);
  const kinds: (readonly [number, () => string])[] = [
    [30, () => `INSERT INTO ${table()} VALUES (${random(0, 60)}, ${literal()})`],
    [
      14,
      () =>
        `INSERT OR REPLACE INTO ${table()} SELECT k + ${random(0, 9)}, v FROM ${table()} WHERE ${where()} ORDER BY k`,
    ],
    [14, () => `UPDATE ${table()} SET v = ${literal()} WHERE ${where()}`],
    [5, () => `UPDATE ${table()} SET k = k + ${random(1, 3)} WHERE ${where()}`],
    [10, () => `DELETE FROM ${table()} WHERE ${where()}`],
    [20, () => `SELECT k, v FROM ${table()} WHERE ${where()} ORDER BY k`],
    [
      10,
      () =>
        `SELECT count(*), max(k), typeof(max(v)), total(length(v)) FROM ${table()} NATURAL JOIN ${table()}`,
    ],
    [5, () => `SELECT v, count(*) FROM ${table()} GROUP BY v ORDER BY 1, 2`],
    [3, () => `CREATE TABLE ${table()} (k INTEGER PRIMARY KEY, v)`],
    [2, () => `CREATE TABLE ${table()} (k PRIMARY KEY, v UNIQUE) WITHOUT ROWID`],
    [2, () => `CREATE INDEX i${random(0, 4)} ON ${table()} (v)`],
    [1, () => `DROP INDEX i${random(0, 4)}`],
    [1, () => `DROP TABLE ${table()}`],
    [1, () => 'VACUUM'],
    [
      3,
      () =>
        `BEGIN; INSERT INTO ${table()} VALUES (${random(0, 60)}, 1); DELETE FROM ${table()} WHERE ${where()}; ROLLBACK`,
    ],
    [
      3,
      () =>
        `BEGIN; UPDATE ${table()} SET v = 1 WHERE ${where()}; INSERT INTO ${table()} VALUES (${random(61, 99)}, 2); COMMIT`,
    ],
  ];
  const total = kinds.reduce((sum, [weight]) => sum + weight, 0);
  return () => {
    let at = random(0, total - 1);
    for (const [weight, make] of kinds) {
      if (at < weight) return make();
      at -= weight;
    }
    return 'VACUUM';
  };
}

const plain = (value: unknown) =>
  value instanceof Uint8Array ? `x${toHex(value)}` : typeof value === 'bigint' ? Number(value) : value;

test('it answers as another build of SQLite on another file system does', async () => {
  const values = new Map<string, Uint8Array>();
  const vfs = new SqliteVfs();
  const theirs = await vfs.open('x', {
    get: async (key) => values.get(toHex(key)) ?? null,
    getBatch: async (keys) => keys.map((key) => values.get(toHex(key)) ?? null),
    put: async (key, value) => void values.set(toHex(key), new Uint8Array(value)),
    putBatch: async (entries) => {
      for (const [key, value] of entries) values.set(toHex(key), new Uint8Array(value));
    },
    deleteBatch: async (keys) => {
      for (const key of keys) values.delete(toHex(key));
    },
  });
  const { actor, keyspace } = await openDatabase();
  let ours = actor.sqlite.with({ rows: 'arrays' });
  const next = statements(seededRandom(25));
  let failures = 0;
  for (let n = 0; n < STATEMENTS; n++) {
    const sql = next();
    const expected = await theirs.query(sql).then(
      ({ rows }) => rows.map((row) => row.map(plain)),
      () => 'failed',
    );
    // Their transaction stays open where a statement in it failed.
    if (expected === 'failed') await theirs.exec('ROLLBACK').catch(() => {});
    const found = await (sql.includes(';') ? ours.exec(sql).then(() => []) : ours.all<unknown[]>(sql)).then(
      (rows) => rows.map((row) => row.map(plain)),
      () => 'failed',
    );
    if (expected === 'failed') failures++;
    expect(found, `statement ${n}: ${sql}`).toEqual(expected);
    if (n % 500 === 499) ours = (await keyspace.openActor('a')).sqlite.with({ rows: 'arrays' });
  }
  expect(failures).toBeGreaterThan(STATEMENTS / 20);
  expect(failures).toBeLessThan(STATEMENTS / 1.5);
  expect(await integrity(await keyspace.openActor('a'))).toBe('ok');
  await theirs.close();
  await vfs.destroy();
});
