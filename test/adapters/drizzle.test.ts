import { eq, sql } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { drizzle } from 'drizzle-orm/sqlite-proxy';
import { expect, test } from 'vitest';
import { drizzleCallback } from '../../src/adapters/drizzle/index.js';
import { openDatabase } from '../sqlite/support.js';

const people = sqliteTable('people', {
  id: integer('id').primaryKey(),
  name: text('name').notNull(),
});

test('queries of every kind', async () => {
  const { actor } = await openDatabase();
  const database = drizzle(drizzleCallback(actor.sqlite));
  await database.run(sql`CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL)`);
  await database.insert(people).values([{ name: 'Ada' }, { name: 'Zoe' }]);
  expect(await database.select().from(people).where(eq(people.name, 'Zoe'))).toEqual([
    { id: 2, name: 'Zoe' },
  ]);
  expect(await database.select().from(people).where(eq(people.id, 1)).get()).toEqual({ id: 1, name: 'Ada' });
  expect(await database.select().from(people).where(eq(people.id, 9)).get()).toBeUndefined();
  expect(await database.update(people).set({ name: 'x' }).where(eq(people.id, 1)).returning()).toEqual([
    { id: 1, name: 'x' },
  ]);
  await database.delete(people).where(eq(people.id, 2));
  expect(await database.select({ name: people.name }).from(people)).toEqual([{ name: 'x' }]);
});

test('inside a transaction of the actor it shares the commit', async () => {
  const { actor } = await openDatabase();
  await actor.sqlite.exec('CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL)');
  const failing = actor.transaction(async (tx) => {
    await drizzle(drizzleCallback(tx.sqlite)).insert(people).values({ name: 'Ada' });
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await drizzle(drizzleCallback(actor.sqlite)).select().from(people)).toEqual([]);
});
