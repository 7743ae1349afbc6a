import { describe, expect, test } from 'vitest';
import { openDatabase } from './support.js';

const INT64_MAX = 2n ** 63n - 1n;

describe('values', () => {
  test('come back as they were bound', async () => {
    const { actor } = await openDatabase();
    const values = [
      null,
      0,
      -0,
      1,
      -1,
      1.5,
      2 ** 31 - 1,
      2 ** 31,
      -(2 ** 31) - 1,
      2 ** 40,
      Number.MAX_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
      1e300,
      Number.POSITIVE_INFINITY,
      '',
      'text',
      'é€😀',
      'x'.repeat(200_000),
      'a\0b',
      new Uint8Array(0),
      Uint8Array.of(0, 255),
      new Uint8Array(100_000).fill(7),
    ];
    for (const value of values) {
      const row = await actor.sqlite.get('SELECT ? AS value', value);
      expect(row).toStrictEqual({ value });
    }
  });

  test('integers beyond 2^53 are bigints, and those within numbers', async () => {
    const { actor } = await openDatabase();
    await actor.sqlite.exec('CREATE TABLE t (n INTEGER)');
    const bound = [INT64_MAX, -(2n ** 63n), 2n ** 53n, 2n ** 53n - 1n, 5n];
    for (const value of bound) await actor.sqlite.run('INSERT INTO t VALUES (?)', value);
    expect(await actor.sqlite.with({ rows: 'arrays' }).all('SELECT n, typeof(n) FROM t')).toStrictEqual(
      [INT64_MAX, -(2n ** 63n), 2n ** 53n, Number.MAX_SAFE_INTEGER, 5].map((n) => [n, 'integer']),
    );
  });

  test('safe integers above 2^31 are stored as integers', async () => {
    const { actor } = await openDatabase();
    expect(await actor.sqlite.get('SELECT typeof(?) AS a, typeof(?) AS b', 2 ** 31, -(2 ** 33))).toEqual({
      a: 'integer',
      b: 'integer',
    });
  });

  test.each([
    ['undefined', undefined, TypeError],
    ['a boolean', true, TypeError],
    ['a date', new Date(0), RangeError],
    ['NaN', Number.NaN, RangeError],
    ['a bigint of 65 bits', 2n ** 63n, RangeError],
    ['a lone surrogate', '\ud800', TypeError],
  ])('%s cannot be bound', async (_name, value, type) => {
    const { actor } = await openDatabase();
    await expect(actor.sqlite.get('SELECT ?', value)).rejects.toThrow(type);
    await expect(actor.sqlite.get('SELECT ?, ?', value, 1)).rejects.toThrow(/./);
    expect(await actor.sqlite.get('SELECT 1 AS one')).toEqual({ one: 1 });
  });
});

describe('parameters', () => {
  test('by position, as an array, by name', async () => {
    const { actor } = await openDatabase();
    const { sqlite } = actor;
    expect(await sqlite.get('SELECT ? AS a, ? AS b', 1, 'x')).toEqual({ a: 1, b: 'x' });
    expect(await sqlite.get('SELECT ? AS a, ? AS b', [1, 'x'])).toEqual({ a: 1, b: 'x' });
    expect(await sqlite.get('SELECT :a AS a, @b AS b, $c AS c, :a AS d', { a: 1, b: 2, c: 3 })).toEqual({
      a: 1,
      b: 2,
      c: 3,
      d: 1,
    });
  });

  test('that do not fit are refused', async () => {
    const { sqlite } = (await openDatabase()).actor;
    await expect(sqlite.get('SELECT ?', 1, 2)).rejects.toThrow('takes 1 parameters, 2 were given');
    await expect(sqlite.get('SELECT ?')).rejects.toThrow('takes 1 parameters, 0 were given');
    await expect(sqlite.get('SELECT :a', { b: 1 })).rejects.toThrow('parameter :a was not given');
    await expect(sqlite.get('SELECT :a', { a: 1, b: 1 })).rejects.toThrow(
      'does not have 1 of the parameters',
    );
    await expect(sqlite.get('SELECT ?', { a: 1 })).rejects.toThrow('has no name');
    await expect(sqlite.get('SELECT :toString', {})).rejects.toThrow('was not given');
  });
});

describe('statements', () => {
  test('only one at a time, but for exec', async () => {
    const { sqlite } = (await openDatabase()).actor;
    await expect(sqlite.run('SELECT 1; SELECT 2')).rejects.toThrow('more than one statement');
    await expect(sqlite.run(' -- nothing')).rejects.toThrow('no statement');
    expect(await sqlite.get('SELECT 1 AS a; -- and no more')).toEqual({ a: 1 });
    await sqlite.exec('CREATE TABLE t (a); INSERT INTO t VALUES (1); -- c\n;; INSERT INTO t VALUES (2)');
    expect(await sqlite.all('SELECT a FROM t')).toEqual([{ a: 1 }, { a: 2 }]);
  });

  test('tell what went wrong, and others go on', async () => {
    const { sqlite } = (await openDatabase()).actor;
    await sqlite.exec('CREATE TABLE t (a PRIMARY KEY)');
    await expect(sqlite.exec('SELEC 1')).rejects.toMatchObject({ code: 'sqlite.failed' });
    await sqlite.run('INSERT INTO t VALUES (1)');
    await expect(sqlite.run('INSERT INTO t VALUES (1)')).rejects.toMatchObject({
      code: 'sqlite.constraint',
      details: { resultCode: 1555 },
    });
    expect(await sqlite.all('SELECT a FROM t')).toEqual([{ a: 1 }]);
  });

  test('give changes, rowids and returned rows', async () => {
    const { sqlite } = (await openDatabase()).actor;
    await sqlite.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, a)');
    expect(await sqlite.all('INSERT INTO t (a) VALUES (1), (2) RETURNING id')).toEqual([
      { id: 1 },
      { id: 2 },
    ]);
    expect(await sqlite.get('INSERT INTO t (a) VALUES (3), (4) RETURNING id')).toEqual({ id: 3 });
    expect(await sqlite.run('UPDATE t SET a = 0')).toMatchObject({ changes: 4 });
    expect(await sqlite.run('SELECT 1')).toMatchObject({ changes: 0 });
    await sqlite.run('INSERT INTO t VALUES (?, 0)', INT64_MAX);
    expect(await sqlite.run('UPDATE t SET a = 1 WHERE id = 1')).toEqual({
      changes: 1,
      lastInsertRowid: INT64_MAX,
    });
  });

  test('columns follow a changed table', async () => {
    const { sqlite } = (await openDatabase()).actor;
    await sqlite.exec('CREATE TABLE t (a); INSERT INTO t VALUES (1)');
    expect(await sqlite.get('SELECT * FROM t')).toEqual({ a: 1 });
    await sqlite.exec('ALTER TABLE t RENAME COLUMN a TO b');
    expect(await sqlite.get('SELECT * FROM t')).toEqual({ b: 1 });
    await sqlite.run('ALTER TABLE t ADD COLUMN c DEFAULT 5');
    expect(await sqlite.get('SELECT * FROM t')).toEqual({ b: 1, c: 5 });
  });

  test('a column named __proto__ is a property', async () => {
    const { sqlite } = (await openDatabase()).actor;
    const row = await sqlite.get<object>('SELECT 1 AS "__proto__"');
    expect(Object.getOwnPropertyDescriptor(row, '__proto__')?.value).toBe(1);
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
  });

  test('more of them than are kept', async () => {
    const { sqlite } = (await openDatabase()).actor;
    for (let round = 0; round < 2; round++) {
      for (let n = 0; n < 200; n++) expect(await sqlite.get(`SELECT ${n} AS n`)).toEqual({ n });
    }
  });

  test('an iteration reads while others write', async () => {
    const { sqlite } = (await openDatabase()).actor;
    await sqlite.exec('CREATE TABLE t (a); CREATE TABLE u (a)');
    await sqlite.exec(
      'WITH RECURSIVE n(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM n WHERE a < 300) INSERT INTO t SELECT a FROM n',
    );
    let sum = 0;
    for await (const { a } of sqlite.iterate<{ a: number }>('SELECT a FROM t')) {
      sum += a;
      await sqlite.run('INSERT INTO u VALUES (?)', a);
    }
    expect(sum).toBe(45_150);
    for await (const _row of sqlite.iterate('SELECT a FROM t')) break;
    expect(await sqlite.get('SELECT count(*) AS n FROM u')).toEqual({ n: 300 });
    const written: unknown[] = [];
    for await (const row of sqlite.iterate('INSERT INTO u VALUES (1), (2) RETURNING a')) written.push(row);
    expect(written).toEqual([{ a: 1 }, { a: 2 }]);
  });
});

describe('functions', () => {
  test('are called with and give SQL values', async () => {
    const { sqlite } = (await openDatabase()).actor;
    sqlite.function('describe', (...values) => values.map((value) => typeof value).join(), {
      argumentCount: -1,
    });
    sqlite.function('twice', (value) => (value as number) * 2);
    expect(
      await sqlite.get("SELECT describe(1, 'a', x'00', NULL, 1.5, 9223372036854775807) AS d, twice(21) AS t"),
    ).toEqual({ d: 'number,string,object,object,number,bigint', t: 42 });
  });

  test('what one throws the statement throws, and SQLite goes on', async () => {
    const { sqlite } = (await openDatabase()).actor;
    await sqlite.exec('CREATE TABLE t (a)');
    const failure = new Error('of the function');
    sqlite.function('fail', () => {
      throw failure;
    });
    sqlite.function('wrong', () => ({}));
    await expect(sqlite.get('SELECT fail()')).rejects.toBe(failure);
    await expect(sqlite.run('INSERT INTO t SELECT fail()')).rejects.toBe(failure);
    await expect(sqlite.get('SELECT wrong()')).rejects.toThrow(TypeError);
    await sqlite.run('INSERT INTO t VALUES (1)');
    expect(await sqlite.all('SELECT a FROM t')).toEqual([{ a: 1 }]);
  });

  test('cannot be part of the schema', async () => {
    const { sqlite } = (await openDatabase()).actor;
    sqlite.function('f', () => 1);
    await sqlite.exec('CREATE VIEW v AS SELECT f() AS a');
    await expect(sqlite.all('SELECT * FROM v')).rejects.toMatchObject({ code: 'sqlite.failed' });
  });

  test('can use the database, and stop the statement', async () => {
    const { actor } = await openDatabase();
    const { sqlite } = actor;
    await sqlite.exec('CREATE TABLE t (a); INSERT INTO t VALUES (7)');
    sqlite.function('inner', () => (sqlite.sync.get('SELECT a FROM t') as { a: number }).a);
    expect(await sqlite.get('SELECT inner() AS a')).toEqual({ a: 7 });
    sqlite.function('stop', () => {
      sqlite.interrupt();
      return 0;
    });
    await expect(
      sqlite.all('WITH RECURSIVE n(a) AS (SELECT stop() UNION ALL SELECT a + 1 FROM n) SELECT sum(a) FROM n'),
    ).rejects.toMatchObject({ code: 'sqlite.interrupted' });
    expect(await sqlite.get('SELECT 1 AS a')).toEqual({ a: 1 });
  });
});

describe('migrations', () => {
  test('run once, in one commit', async () => {
    const { sqlite } = (await openDatabase()).actor;
    const first = 'CREATE TABLE t (a); INSERT INTO t VALUES (1)';
    expect(await sqlite.migrate([first])).toBe(1);
    const second = async (database: typeof sqlite) => {
      await database.run('INSERT INTO t VALUES (2)');
    };
    expect(await sqlite.migrate([first, second])).toBe(2);
    expect(await sqlite.migrate([first, second])).toBe(2);
    expect(await sqlite.all('SELECT a FROM t')).toEqual([{ a: 1 }, { a: 2 }]);
    await expect(
      sqlite.migrate([first, second, 'INSERT INTO t VALUES (3)', 'nonsense']),
    ).rejects.toMatchObject({
      code: 'sqlite.failed',
    });
    expect(await sqlite.all('SELECT a FROM t')).toEqual([{ a: 1 }, { a: 2 }]);
    await expect(sqlite.migrate([first])).rejects.toMatchObject({
      code: 'sqlite.schema_newer',
      details: { userVersion: 2, userVersionMax: 1 },
    });
  });
});
