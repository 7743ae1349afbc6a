import { KeyspaceError } from '../errors.js';
import type { ActorSqlite } from './database.js';

/** One step of a schema: SQL, or a function that makes it. */
export type SqliteMigration = string | ((sqlite: ActorSqlite) => Promise<void>);

/** See `ActorSqlite.migrate`. */
export async function migrate(
  database: ActorSqlite,
  migrations: readonly SqliteMigration[],
): Promise<number> {
  if (!Array.isArray(migrations)) throw new TypeError('migrations must be an array');
  return database.with({ rows: 'objects' }).transaction(async (sqlite) => {
    const [row] = await sqlite.pragma<{ user_version: number }>('user_version');
    const userVersion = row?.user_version ?? 0;
    const userVersionMax = migrations.length;
    if (userVersion > userVersionMax) {
      throw new KeyspaceError(
        'sqlite.schema_newer',
        `the database has version ${userVersion}, the program knows up to ${userVersionMax}`,
        { userVersion, userVersionMax },
      );
    }
    for (const migration of migrations.slice(userVersion)) {
      if (typeof migration === 'string') await sqlite.exec(migration);
      else await migration(sqlite);
    }
    if (userVersion < userVersionMax) await sqlite.exec(`PRAGMA user_version = ${userVersionMax}`);
    return userVersionMax;
  });
}
