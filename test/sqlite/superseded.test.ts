import { expect, test } from 'vitest';
import { count, integrity, openDatabase } from './support.js';

const FILL = `CREATE TABLE t (n INTEGER PRIMARY KEY, b);
  WITH RECURSIVE n(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM n WHERE a < 400) INSERT INTO t SELECT a, randomblob(900) FROM n`;

// Its cache has some pages of before, and the others would be of after.
test('an owner before never reads pages of two owners together', async () => {
  const { actor: first, keyspace } = await openDatabase();
  await first.sqlite.exec(FILL);
  const before = await keyspace.openActor('a');
  expect(await before.sqlite.get('SELECT n FROM t WHERE n = 1')).toEqual({ n: 1 });
  const after = await keyspace.openActor('a');
  await after.sqlite.exec('DELETE FROM t WHERE n % 2 = 0; VACUUM');
  await after.sqlite.exec('UPDATE t SET n = -n');
  expect(await before.sqlite.get('SELECT n FROM t WHERE n = 1')).toEqual({ n: 1 });
  await expect(before.sqlite.all('SELECT * FROM t')).rejects.toMatchObject({ code: 'actor.fenced' });
  // From the beginning it reads what there is now, and it writes nothing.
  expect(await integrity(before)).toBe('ok');
  expect(await count(before)).toBe(200);
  await expect(before.sqlite.exec('DELETE FROM t')).rejects.toMatchObject({ code: 'actor.fenced' });
  expect(await count(after)).toBe(200);
  expect(await integrity(after)).toBe('ok');
});
