import { join } from 'node:path';
import Database from 'better-sqlite3';
import { repeat, repeatAwaited } from '../harness/repeat.mjs';
import { openOurs } from '../peers/keyspace.mjs';
import { openLmdb } from '../peers/lmdb.mjs';
import { openRivetkitSqlite } from '../peers/rivetkit-sqlite.mjs';

export const title = 'SQL of one actor';

const SAMPLE_MS = 250;
const ROWS = 10_000;
const SCHEMA = 'CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL, price REAL NOT NULL)';
const INSERT = 'INSERT OR REPLACE INTO item VALUES (?, ?, ?)';
const SELECT = 'SELECT id, name, price FROM item WHERE id = ?';
const AGGREGATE = 'SELECT count(*) AS n, sum(price) AS total FROM item WHERE price > 10';
const item = (id) => [id, `item number ${id}`, (id % 1_000) / 7];

export async function* rows({ folder, quick, random }) {
  const count = quick ? 10_000 : 100_000;
  const { keyspace } = await openOurs(join(folder, 'ours'));
  const actor = await keyspace.openActor('actor-1');
  const { sqlite } = actor;
  await sqlite.load();
  const { sync } = sqlite;
  const native = new Database(join(folder, 'native.db'));
  native.pragma('journal_mode = WAL');
  native.pragma('synchronous = FULL');
  const lmdb = openLmdb(join(folder, 'lmdb'));
  const rivetkit = await openRivetkitSqlite(lmdb);
  try {
    await sqlite.exec(SCHEMA);
    native.exec(SCHEMA);
    await rivetkit.database.exec(SCHEMA);
    const items = Array.from({ length: count }, (_, id) => item(id));
    const insert = sync.prepare(INSERT);
    const nativeInsert = native.prepare(INSERT);
    const insertAll = (all) =>
      sync.transaction(() => {
        for (const each of all) insert.run(...each);
      });
    const nativeAll = native.transaction((all) => {
      for (const each of all) nativeInsert.run(...each);
    });
    insertAll(items);
    await actor.durable();
    nativeAll(items);

    const ids = Array.from({ length: 16_384 }, () => random.below(count));
    const select = sync.prepare(SELECT);
    const nativeSelect = native.prepare(SELECT);
    yield {
      name: 'point select, warm',
      unit: 'time',
      clock: 'processor',
      ours: repeat((id) => select.get(id), ids),
      references: { 'better-sqlite3': repeat((id) => nativeSelect.get(id), ids) },
    };
    yield {
      name: `aggregate of ${count} rows`,
      unit: 'time',
      clock: 'processor',
      ours: repeat(() => sync.get(AGGREGATE), [0]),
      references: { 'better-sqlite3': repeat(() => native.prepare(AGGREGATE).get(), [0]) },
    };

    const single = ids.map((id) => item(id));
    yield {
      name: 'durable insert',
      unit: 'time',
      sampleMs: SAMPLE_MS,
      ours: repeatAwaited((each) => sqlite.run(INSERT, ...each), single),
      references: {
        'better-sqlite3': repeat((each) => nativeInsert.run(...each), single),
        '@rivetkit/sqlite-vfs': repeatAwaited((each) => rivetkit.database.run(INSERT, each), single),
      },
    };

    const batches = Array.from({ length: 8 }, (_, at) =>
      Array.from({ length: ROWS }, (_, row) => item(at * ROWS + row)),
    );
    yield {
      name: `transaction of ${ROWS} rows`,
      unit: 'time',
      items: ROWS,
      sampleMs: SAMPLE_MS,
      ours: repeatAwaited((batch) => {
        insertAll(batch);
        return actor.durable();
      }, batches),
      references: {
        'better-sqlite3': repeat(nativeAll, batches),
        '@rivetkit/sqlite-vfs': repeatAwaited(async (batch) => {
          await rivetkit.database.exec('BEGIN');
          for (const each of batch) await rivetkit.database.run(INSERT, each);
          await rivetkit.database.exec('COMMIT');
        }, batches),
      },
    };
  } finally {
    await rivetkit.close();
    await lmdb.close();
    native.close();
    await keyspace.close();
  }
}
