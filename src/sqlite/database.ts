import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import type { ActorAccess } from '../actor/index.js';
import type { Connection } from './connection.js';
import { unsupported } from './failure.js';
import { type SqlFunctionOptions, sqlFunction } from './functions.js';
import type { SqliteHome } from './home.js';
import { checkImage, readImage, withImage, writeImage } from './image.js';
import { loadSqlite } from './load.js';
import { migrate, type SqliteMigration } from './migrate.js';
import { all, Cursor, execute, get, run, type SqlResult, type SqlRunResult } from './operations.js';
import type { SqlRow } from './prepared.js';
import { DEFAULT_SETTINGS, type SqliteOptions, type SqliteSettings, withOptions } from './settings.js';
import { SyncDatabase } from './sync-database.js';
import type { SqlValue } from './values.js';

/** Rows that an iteration reads at a time. */
const ROWS_AT_A_TIME = 64;

/** A statement of {@link ActorSqlite}; compiled when it first runs, and kept. */
export class SqliteStatement {
  readonly sql: string;
  readonly #database: ActorSqlite;

  /** Use `prepare`. */
  constructor(database: ActorSqlite, sql: string) {
    this.#database = database;
    this.sql = sql;
  }

  run(...parameters: readonly unknown[]): Promise<SqlRunResult> {
    return this.#database.run(this.sql, ...parameters);
  }

  get<Row = SqlRow>(...parameters: readonly unknown[]): Promise<Row | undefined> {
    return this.#database.get(this.sql, ...parameters);
  }

  all<Row = SqlRow>(...parameters: readonly unknown[]): Promise<Row[]> {
    return this.#database.all(this.sql, ...parameters);
  }

  iterate<Row = SqlRow>(...parameters: readonly unknown[]): AsyncGenerator<Row, void, undefined> {
    return this.#database.iterate(this.sql, ...parameters);
  }
}

/**
 * The actor's SQLite database, in namespace `08`: chunks of 4,096 bytes at `08 01 01 00 ‖ chunk index`, as
 * RivetKit keeps them. A transaction of SQL is one commit of the actor. What waits for an open transaction of the
 * actor waits here too, reads included.
 *
 * Parameters are values in order, or one array of them, or one object by name. A value is null, a number (not
 * NaN), a bigint of 64 bits, a string or a `Uint8Array`; integers beyond ±(2^53 - 1) are read as bigints.
 *
 * @throws {KeyspaceError} Every method: `sqlite.constraint`, `sqlite.failed`, `sqlite.corrupt`, `sqlite.refused`,
 * `sqlite.interrupted`, `sqlite.transaction_open`, `sqlite.unsupported`; what the store throws; and as
 * `ActorAccess`. What was not committed then is undone.
 * @throws {TypeError | RangeError} If the SQL, a parameter or an option is none.
 */
export class ActorSqlite {
  readonly #home: SqliteHome;
  readonly #access: ActorAccess;
  readonly #settings: SqliteSettings;

  /** Use `actor.sqlite`, or `sqlite` of a transaction. */
  constructor(home: SqliteHome, access: ActorAccess, settings: SqliteSettings = DEFAULT_SETTINGS) {
    this.#home = home;
    this.#access = access;
    this.#settings = settings;
  }

  /** The same database with other options. */
  with(options: SqliteOptions): ActorSqlite {
    return new ActorSqlite(this.#home, this.#access, withOptions(this.#settings, options));
  }

  /** Loads SQLite, once for the process, which every method does when it is first needed, but for `sync`. */
  async load(): Promise<void> {
    await loadSqlite();
  }

  /**
   * The database without waiting.
   *
   * @throws {KeyspaceError} `sqlite.unsupported` where the store reads asynchronously. Its methods:
   * `sqlite.not_loaded` before `load`.
   */
  get sync(): SyncDatabase {
    this.#assertSync('sync');
    return new SyncDatabase(this.#home, this.#access, this.#settings);
  }

  prepare(sql: string): SqliteStatement {
    if (typeof sql !== 'string') throw new TypeError('SQL must be a string');
    return new SqliteStatement(this, sql);
  }

  /** Runs every statement of the SQL. Without a transaction in it, each of them is one; use `transaction` then. */
  exec(sql: string): Promise<void> {
    return this.#call((connection) => connection.exec(sql));
  }

  run(sql: string, ...parameters: readonly unknown[]): Promise<SqlRunResult> {
    return this.#call((connection) => run(connection, sql, parameters));
  }

  /** Rows and changes of one statement that may be of any kind: for layers that do not know which. */
  execute<Row = SqlRow>(sql: string, ...parameters: readonly unknown[]): Promise<SqlResult<Row>> {
    return this.#call((connection) => execute(connection, sql, parameters, this.#asArrays) as SqlResult<Row>);
  }

  /** The first row, `undefined` if there is none. */
  get<Row = SqlRow>(sql: string, ...parameters: readonly unknown[]): Promise<Row | undefined> {
    return this.#call((connection) => get(connection, sql, parameters, this.#asArrays) as Row | undefined);
  }

  all<Row = SqlRow>(sql: string, ...parameters: readonly unknown[]): Promise<Row[]> {
    return this.#call((connection) => all(connection, sql, parameters, this.#asArrays) as Row[]);
  }

  /**
   * Rows as they are needed. Others may write meanwhile, and whether their rows show is not said.
   *
   * @throws {KeyspaceError} `sqlite.rows_void`, if what it reads is gone before its end: a transaction was rolled
   * back, or the database replaced.
   */
  async *iterate<Row = SqlRow>(
    sql: string,
    ...parameters: readonly unknown[]
  ): AsyncGenerator<Row, void, undefined> {
    if (this.#access.readOnly) {
      yield* await this.all<Row>(sql, ...parameters);
      return;
    }
    const home = this.#home;
    const { cursor, generation } = await this.#call((connection) => ({
      cursor: new Cursor(connection, sql, parameters, this.#asArrays),
      generation: home.generation,
    }));
    try {
      for (;;) {
        home.assertGeneration(generation);
        const rows = await this.#call(() => {
          home.assertGeneration(generation);
          return cursor.next(ROWS_AT_A_TIME);
        });
        yield* rows as Row[];
        if (rows.length < ROWS_AT_A_TIME) return;
      }
    } finally {
      if (home.generation === generation) cursor.close();
    }
  }

  /**
   * Runs `callback` while nobody else uses the database or writes to the actor: everything that it does with the
   * database it is given is one commit, or nothing if it throws.
   */
  transaction<T>(callback: (sqlite: ActorSqlite) => Promise<T>): Promise<T> {
    const { durability } = this.#settings;
    return this.#access.transaction(
      (access) => callback(new ActorSqlite(this.#home, access, this.#settings)),
      { durability },
    );
  }

  /** The rows of a pragma: `'user_version'`, `'user_version = 3'`, `'table_info(people)'`. */
  pragma<Row = SqlRow>(source: string): Promise<Row[]> {
    return this.all(`PRAGMA ${source}`);
  }

  /**
   * Lets statements call a function of the program's. What it throws, the statement throws. It cannot be part of
   * the schema: of views, triggers, indexes or generated columns.
   */
  function(name: string, call: (...values: SqlValue[]) => unknown, options?: SqlFunctionOptions): void {
    this.#assertSync('a JavaScript function');
    this.#home.addFunction(sqlFunction(name, call, options));
  }

  /** Stops the statement that is running: from inside a function that it calls. */
  interrupt(): void {
    this.#home.interrupt();
  }

  /**
   * Brings the schema up to date, in one commit: runs those migrations whose number, counted from 1, is above
   * the database's `user_version`, and sets that.
   *
   * @returns The version then.
   * @throws {KeyspaceError} `sqlite.schema_newer`.
   */
  migrate(migrations: readonly SqliteMigration[]): Promise<number> {
    return migrate(this, migrations);
  }

  /**
   * The database as the bytes of a SQLite file, of one moment; none if there is no database. Read-only actors
   * have it too.
   */
  async serialize(): Promise<Uint8Array> {
    if (this.#access.readOnly) return readImage(this.#access);
    // Rolls back what a writer left undone.
    await this.#call(() => {});
    return readImage(this.#access);
  }

  /**
   * Replaces the database by the bytes of a SQLite file, in one commit, after checking them.
   *
   * @throws {KeyspaceError} `sqlite.corrupt`, `commit.too_large`; nothing is changed then.
   */
  async deserialize(bytes: Uint8Array): Promise<void> {
    const access = this.#access;
    const image = checkImage(await loadSqlite(), bytes, () => access.clock.nowMs());
    await access.transaction(async (inner) => {
      await inner.write((writes) => writeImage(writes, image));
      this.#home.forget(inner);
    }, this.#settings);
  }

  /** Writes the database to a file, which appears when it is whole and flushed. One that is there is replaced. */
  async backup(path: string): Promise<void> {
    const image = await this.serialize();
    const partial = `${path}.${randomUUID()}.partial`;
    try {
      const file = await open(partial, 'wx');
      try {
        await file.writeFile(image);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(partial, path);
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
  }

  /** Replaces the database by a SQLite file; see {@link deserialize}. */
  async import(path: string): Promise<void> {
    await this.deserialize(await readFile(path));
  }

  get #asArrays(): boolean {
    return this.#settings.rows === 'arrays';
  }

  async #call<T>(body: (connection: Connection) => T): Promise<T> {
    if (this.#access.readOnly) return this.#read(body);
    const { result, accepted } = await this.#home.callInTurn(this.#access, this.#settings, body);
    await accepted;
    return result;
  }

  /** On the database as it is durable now, whole in memory: an owner elsewhere may change it at any time. */
  async #read<T>(body: (connection: Connection) => T): Promise<T> {
    const engine = await loadSqlite();
    const image = await readImage(this.#access);
    return withImage(
      engine,
      image,
      () => this.#access.clock.nowMs(),
      (connection) => {
        connection.begin(this.#settings.stepsMax);
        return body(connection);
      },
    );
  }

  #assertSync(feature: string): void {
    if (this.#access.readOnly) throw unsupported(`${feature} on an actor that is open read-only`);
    if (!this.#access.hasSync) throw unsupported(`${feature} on a store that reads asynchronously`);
  }
}
