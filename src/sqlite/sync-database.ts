import type { ActorAccess } from '../actor/index.js';
import type { Connection } from './connection.js';
import type { SqliteHome } from './home.js';
import { all, Cursor, get, run, type SqlRunResult } from './operations.js';
import type { SqlRow } from './prepared.js';
import type { SqliteSettings } from './settings.js';

/** A statement of {@link SyncDatabase}; compiled once and kept. */
export class SyncStatement {
  readonly sql: string;
  readonly #database: SyncDatabase;

  /** Use `prepare`. */
  constructor(database: SyncDatabase, sql: string) {
    this.#database = database;
    this.sql = sql;
  }

  run(...parameters: readonly unknown[]): SqlRunResult {
    return this.#database.run(this.sql, ...parameters);
  }

  get<Row = SqlRow>(...parameters: readonly unknown[]): Row | undefined {
    return this.#database.get(this.sql, ...parameters);
  }

  all<Row = SqlRow>(...parameters: readonly unknown[]): Row[] {
    return this.#database.all(this.sql, ...parameters);
  }

  iterate<Row = SqlRow>(...parameters: readonly unknown[]): IterableIterator<Row> {
    return this.#database.iterate(this.sql, ...parameters);
  }
}

/**
 * The database without waiting, where the store reads synchronously. Reads are direct; writes are accepted and
 * readable at once, and `durable()` of the actor acknowledges them. Nothing holds back who never awaits it: what is
 * accepted stays in memory until the store has it.
 *
 * @throws {KeyspaceError} Every method: `transaction.open` while a transaction of the actor is open that this is
 * not of, and as `ActorSqlite`, but for why a commit failed.
 */
export class SyncDatabase {
  readonly #home: SqliteHome;
  readonly #access: ActorAccess;
  readonly #settings: SqliteSettings;

  /** Use `ActorSqlite.sync`. */
  constructor(home: SqliteHome, access: ActorAccess, settings: SqliteSettings) {
    this.#home = home;
    this.#access = access;
    this.#settings = { ...settings, durability: 'deferred' };
  }

  prepare(sql: string): SyncStatement {
    this.#call((connection) => connection.release(sql, connection.acquire(sql)));
    return new SyncStatement(this, sql);
  }

  exec(sql: string): void {
    this.#call((connection) => connection.exec(sql));
  }

  run(sql: string, ...parameters: readonly unknown[]): SqlRunResult {
    return this.#call((connection) => run(connection, sql, parameters));
  }

  get<Row = SqlRow>(sql: string, ...parameters: readonly unknown[]): Row | undefined {
    return this.#call((connection) => get(connection, sql, parameters, this.#asArrays)) as Row | undefined;
  }

  all<Row = SqlRow>(sql: string, ...parameters: readonly unknown[]): Row[] {
    return this.#call((connection) => all(connection, sql, parameters, this.#asArrays)) as Row[];
  }

  /** @throws {KeyspaceError} `sqlite.rows_void`, if what it reads is gone before its end. */
  *iterate<Row = SqlRow>(sql: string, ...parameters: readonly unknown[]): IterableIterator<Row> {
    const home = this.#home;
    const cursor = this.#call((connection) => new Cursor(connection, sql, parameters, this.#asArrays));
    const { generation } = home;
    try {
      for (;;) {
        home.assertGeneration(generation);
        const [row] = this.#call(() => cursor.next(1));
        if (row === undefined) return;
        yield row as Row;
      }
    } finally {
      if (home.generation === generation) cursor.close();
    }
  }

  /**
   * Runs `callback` in a transaction, or inside another one of these in a nested one: everything that it wrote
   * is accepted together, and nothing if it throws.
   *
   * @throws {TypeError} If the callback is asynchronous.
   */
  transaction<T>(callback: () => T): T {
    return this.#call((connection) => {
      const isOutermost = connection.isAutocommit;
      connection.exec(isOutermost ? 'BEGIN' : 'SAVEPOINT nested');
      try {
        const result = callback();
        if (result instanceof Promise) {
          result.catch(() => {});
          throw new TypeError('the callback of a synchronous transaction must not be asynchronous');
        }
        connection.exec(isOutermost ? 'COMMIT' : 'RELEASE nested');
        return result;
      } catch (error) {
        rollBack(connection, isOutermost);
        throw error;
      }
    });
  }

  get #asArrays(): boolean {
    return this.#settings.rows === 'arrays';
  }

  #call<T>(body: (connection: Connection) => T): T {
    return this.#home.callNow(this.#access, this.#settings, body);
  }
}

// SQLite may have rolled back already.
function rollBack(connection: Connection, isOutermost: boolean): void {
  if (connection.isAutocommit) return;
  try {
    connection.exec(isOutermost ? 'ROLLBACK' : 'ROLLBACK TO nested; RELEASE nested');
  } catch {}
}
