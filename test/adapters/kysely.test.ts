import { type Generated, Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import { ActorSqliteDialect } from '../../src/adapters/kysely/index.js';
import { openDatabase } from '../sqlite/support.js';

interface Tables {
  people: { id: Generated<number>; name: string };
}

async function openKysely() {
  const { actor } = await openDatabase();
  const kysely = new Kysely<Tables>({ dialect: new ActorSqliteDialect(actor.sqlite) });
  await kysely.schema
    .createTable('people')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .execute();
  return { actor, kysely };
}

test('queries, changes and introspection', async () => {
  const { kysely } = await openKysely();
  const { insertId, numInsertedOrUpdatedRows } = await kysely
    .insertInto('people')
    .values([{ name: 'Ada' }, { name: 'Zoe' }])
    .executeTakeFirstOrThrow();
  expect([insertId, numInsertedOrUpdatedRows]).toEqual([2n, 2n]);
  expect(await kysely.selectFrom('people').selectAll().where('name', 'like', 'A%').execute()).toEqual([
    { id: 1, name: 'Ada' },
  ]);
  const updated = await kysely.updateTable('people').set({ name: 'x' }).executeTakeFirstOrThrow();
  expect(updated.numUpdatedRows).toBe(2n);
  expect(await kysely.deleteFrom('people').where('id', '=', 1).returningAll().execute()).toEqual([
    { id: 1, name: 'x' },
  ]);
  const streamed = [];
  for await (const row of kysely.selectFrom('people').selectAll().stream()) streamed.push(row);
  expect(streamed).toEqual([{ id: 2, name: 'x' }]);
  expect((await kysely.introspection.getTables()).map(({ name }) => name)).toEqual(['people']);
  expect((await sql<{ one: number }>`SELECT 1 AS one`.execute(kysely)).rows).toEqual([{ one: 1 }]);
  await kysely.destroy();
});

test('a transaction is one, kept or undone', async () => {
  const { actor, kysely } = await openKysely();
  await kysely.transaction().execute(async (transaction) => {
    await transaction.insertInto('people').values({ name: 'Ada' }).execute();
    await transaction.insertInto('people').values({ name: 'Zoe' }).execute();
  });
  const failing = kysely.transaction().execute(async (transaction) => {
    await transaction.deleteFrom('people').execute();
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await actor.sqlite.get('SELECT count(*) AS n FROM people')).toEqual({ n: 2 });
});

test('inside a transaction of the actor it shares the commit', async () => {
  const { actor, kysely } = await openKysely();
  const failing = actor.transaction(async (tx) => {
    const inside = new Kysely<Tables>({ dialect: new ActorSqliteDialect(tx.sqlite) });
    await inside.insertInto('people').values({ name: 'Ada' }).execute();
    await tx.kv.set('k', 'v');
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await kysely.selectFrom('people').selectAll().execute()).toEqual([]);
});
