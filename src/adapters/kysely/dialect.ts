import {
  type CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  type QueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { ActorSqlite } from '../../index.js';

/** Kysely on an actor's database, or on that of a transaction of the actor. A transaction of Kysely's is one commit. */
export class ActorSqliteDialect implements Dialect {
  readonly #sqlite: ActorSqlite;

  constructor(sqlite: ActorSqlite) {
    this.#sqlite = sqlite;
  }

  createDriver(): Driver {
    return new ActorSqliteDriver(this.#sqlite);
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler();
  }

  createAdapter(): DialectAdapter {
    return new SqliteAdapter();
  }

  createIntrospector(database: Kysely<unknown>): DatabaseIntrospector {
    return new SqliteIntrospector(database);
  }
}

class ActorSqliteDriver implements Driver {
  readonly #sqlite: ActorSqlite;

  constructor(sqlite: ActorSqlite) {
    this.#sqlite = sqlite;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<ActorSqliteConnection> {
    return new ActorSqliteConnection(this.#sqlite);
  }

  beginTransaction(connection: ActorSqliteConnection): Promise<void> {
    return connection.begin();
  }

  commitTransaction(connection: ActorSqliteConnection): Promise<void> {
    return connection.end('commit');
  }

  rollbackTransaction(connection: ActorSqliteConnection): Promise<void> {
    return connection.end('rollback');
  }

  async releaseConnection(): Promise<void> {}

  // The database is the actor's, and closes with it.
  async destroy(): Promise<void> {}
}

interface OpenTransaction {
  readonly sqlite: ActorSqlite;
  readonly end: (outcome: 'commit' | 'rollback') => void;
  readonly ended: Promise<void>;
}

/** What the callback of a transaction throws to undo it. */
const ROLLBACK = new Error('rolled back');

class ActorSqliteConnection implements DatabaseConnection {
  readonly #sqlite: ActorSqlite;
  #transaction: OpenTransaction | undefined;

  constructor(sqlite: ActorSqlite) {
    this.#sqlite = sqlite;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const sqlite = this.#transaction?.sqlite ?? this.#sqlite;
    const { rows, changes, lastInsertRowid } = await sqlite.execute<Row>(sql, ...parameters);
    if (changes === undefined) return { rows };
    return { rows, numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  }

  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    const sqlite = this.#transaction?.sqlite ?? this.#sqlite;
    for await (const row of sqlite.iterate<Row>(query.sql, ...query.parameters)) yield { rows: [row] };
  }

  /** Kysely begins and ends in calls of their own what is one callback here. */
  begin(): Promise<void> {
    return new Promise((begun, failed) => {
      let end!: OpenTransaction['end'];
      const outcome = new Promise<'commit' | 'rollback'>((resolve) => {
        end = resolve;
      });
      const ended = this.#sqlite.transaction(async (sqlite) => {
        this.#transaction = { sqlite, end, ended };
        begun();
        if ((await outcome) === 'rollback') throw ROLLBACK;
      });
      // Before it has begun; afterwards `end` tells.
      ended.catch(failed);
    });
  }

  async end(outcome: 'commit' | 'rollback'): Promise<void> {
    const transaction = this.#transaction;
    this.#transaction = undefined;
    transaction?.end(outcome);
    await transaction?.ended.catch((error) => {
      if (error !== ROLLBACK) throw error;
    });
  }
}
