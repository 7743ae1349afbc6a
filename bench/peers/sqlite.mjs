import Database from 'better-sqlite3';

/** Native SQLite, every commit flushed: one table of keys and values. */
export function openSqlite(file) {
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec('CREATE TABLE entry (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID');
  const select = database.prepare('SELECT value FROM entry WHERE key = ?').pluck();
  const upsert = database.prepare(
    'INSERT INTO entry (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
  );
  const set = (key, value) => upsert.run(key, value);
  return {
    get: (key) => select.get(key),
    set,
    setMany: database.transaction((entries) => {
      for (const { key, value } of entries) set(key, value);
    }),
    close: () => database.close(),
  };
}
