import { expect, test } from 'vitest';
import { seededRandom } from '../sqlite/seeded-random.js';
import { count, integrity, openDatabase } from '../sqlite/support.js';

async function makeImage(): Promise<Uint8Array> {
  const { actor } = await openDatabase();
  await actor.sqlite.exec(`
    CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);
    CREATE INDEX i ON t (a);
    WITH RECURSIVE n(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM n WHERE a < 200)
      INSERT INTO t SELECT a, 'row ' || a FROM n;
  `);
  return actor.sqlite.serialize();
}

/** Imports it, and uses what was let in. */
async function attempt(bytes: Uint8Array): Promise<'refused' | 'used'> {
  const { actor } = await openDatabase();
  try {
    await actor.sqlite.deserialize(bytes);
  } catch (error) {
    expect(error).toMatchObject({ code: 'sqlite.corrupt' });
    expect((await actor.usage()).namespaces.sqlite?.keyCount ?? 0).toBe(0);
    return 'refused';
  }
  const tables = await actor.sqlite.all<{ name: string }>(
    "SELECT name FROM sqlite_schema WHERE type = 'table'",
  );
  for (const { name } of tables) {
    await actor.sqlite.all(`SELECT * FROM "${name.replaceAll('"', '""')}"`).catch((error) => {
      expect(error.code).toMatch(/^sqlite\./);
    });
  }
  return 'used';
}

test('every field of the header corrupted: refused, or harmless', async () => {
  const image = await makeImage();
  for (let at = 0; at < 108; at++) {
    for (const value of [0x00, 0xff, (image[at] as number) ^ 0x01]) {
      const mutated = image.slice();
      mutated[at] = value;
      await attempt(mutated);
    }
  }
});

test('a thousand mutated files: an error or a database, never a crash', async () => {
  const image = await makeImage();
  const random = seededRandom(27);
  let refusedCount = 0;
  for (let round = 0; round < 1_000; round++) {
    let mutated = image.slice();
    for (let flip = random(1, 20); flip > 0; flip--) mutated[random(0, image.length - 1)] = random(0, 255);
    if (round % 10 === 0) mutated = mutated.slice(0, random(0, image.length));
    if ((await attempt(mutated)) === 'refused') refusedCount++;
  }
  expect(refusedCount).toBeGreaterThan(500);
  const { actor } = await openDatabase();
  await actor.sqlite.deserialize(image);
  expect(await count(actor)).toBe(200);
  expect(await integrity(actor)).toBe('ok');
});

test('what is no database is refused', async () => {
  for (const bytes of [
    new Uint8Array(0),
    new Uint8Array(4096),
    Buffer.from('SQLite format 3\0'),
    Buffer.from('x'.repeat(9000)),
  ]) {
    expect(await attempt(bytes)).toBe('refused');
  }
});
