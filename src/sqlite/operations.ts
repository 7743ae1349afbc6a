import type { Connection } from './connection.js';
import type { Prepared, SqlRow } from './prepared.js';

export interface SqlRunResult {
  /** Rows that the statement inserted, updated or deleted. */
  readonly changes: number;
  readonly lastInsertRowid: number | bigint;
}

export function run(connection: Connection, sql: string, parameters: readonly unknown[]): SqlRunResult {
  const readOnly = withStatement(connection, sql, parameters, (prepared) => {
    while (prepared.step());
    return prepared.isReadOnly;
  });
  return { changes: readOnly ? 0 : connection.changes, lastInsertRowid: connection.lastInsertRowid };
}

/** What one statement gave, whatever it is. */
export interface SqlResult<Row = SqlRow> {
  readonly rows: Row[];
  /** Of a statement that writes. */
  readonly changes: number | undefined;
  readonly lastInsertRowid: number | bigint;
}

export function execute(
  connection: Connection,
  sql: string,
  parameters: readonly unknown[],
  asArrays: boolean,
): SqlResult {
  return withStatement(connection, sql, parameters, (prepared) => {
    const rows: SqlRow[] = [];
    while (prepared.step()) rows.push(prepared.row(asArrays));
    const { changes, lastInsertRowid } = connection;
    return { rows, changes: prepared.isReadOnly ? undefined : changes, lastInsertRowid };
  });
}

export function get(
  connection: Connection,
  sql: string,
  parameters: readonly unknown[],
  asArrays: boolean,
): SqlRow | undefined {
  return withStatement(connection, sql, parameters, (prepared) => {
    const row = prepared.step() ? prepared.row(asArrays) : undefined;
    // What a statement that writes would do after its first row.
    if (row !== undefined && !prepared.isReadOnly) while (prepared.step());
    return row;
  });
}

export function all(
  connection: Connection,
  sql: string,
  parameters: readonly unknown[],
  asArrays: boolean,
): SqlRow[] {
  return execute(connection, sql, parameters, asArrays).rows;
}

function withStatement<T>(
  connection: Connection,
  sql: string,
  parameters: readonly unknown[],
  use: (prepared: Prepared) => T,
): T {
  const prepared = connection.acquire(sql);
  try {
    prepared.bind(parameters);
    const result = use(prepared);
    prepared.end();
    return result;
  } catch (error) {
    endQuietly(prepared);
    throw error;
  } finally {
    connection.release(sql, prepared);
  }
}

/** Rows read a few at a time, in several calls. */
export class Cursor {
  readonly #connection: Connection;
  readonly #sql: string;
  readonly #asArrays: boolean;
  #prepared: Prepared | undefined;
  /** All rows of a statement that writes: it must be done when its call is. */
  #rest: SqlRow[] = [];

  constructor(connection: Connection, sql: string, parameters: readonly unknown[], asArrays: boolean) {
    this.#connection = connection;
    this.#sql = sql;
    this.#asArrays = asArrays;
    const prepared = connection.acquire(sql);
    if (!prepared.isReadOnly) {
      connection.release(sql, prepared);
      this.#rest = all(connection, sql, parameters, asArrays);
      return;
    }
    try {
      prepared.bind(parameters);
    } catch (error) {
      connection.release(sql, prepared);
      throw error;
    }
    this.#prepared = prepared;
  }

  /** @returns At most so many rows; fewer at the end, at which the cursor is closed. */
  next(rowCount: number): SqlRow[] {
    const prepared = this.#prepared;
    if (prepared === undefined) return this.#rest.splice(0, rowCount);
    const rows: SqlRow[] = [];
    try {
      while (rows.length < rowCount) {
        if (!prepared.step()) {
          this.close();
          break;
        }
        rows.push(prepared.row(this.#asArrays));
      }
    } catch (error) {
      this.close();
      throw error;
    }
    return rows;
  }

  close(): void {
    const prepared = this.#prepared;
    this.#rest = [];
    if (prepared === undefined) return;
    this.#prepared = undefined;
    endQuietly(prepared);
    this.#connection.release(this.#sql, prepared);
  }
}

/** Its failure has been told. */
function endQuietly(prepared: Prepared): void {
  try {
    prepared.end();
  } catch {}
}
