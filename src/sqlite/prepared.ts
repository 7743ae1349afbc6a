import type { Connection } from './connection.js';
import { RESULT } from './failure.js';
import { bindValue, readColumn, type SqlValue } from './values.js';
import type { Engine } from './wasm/engine.js';

/** A row by the names of its columns, or its values in their order. */
export type SqlRow = Record<string, SqlValue> | SqlValue[];

/** One statement, compiled. */
export class Prepared {
  readonly pointer: number;
  readonly changesSchema: boolean;
  readonly isReadOnly: boolean;
  /** Somebody has it. */
  isBusy = false;
  readonly #connection: Connection;
  readonly #engine: Engine;
  readonly #parameterNames: readonly (string | undefined)[];
  /** Whether it holds memory that is worth giving back. */
  #hasLarge = false;
  /** Of the columns, and the schema that they are of. */
  #names: string[] = [];
  #namesVersion = -1;

  constructor(connection: Connection, pointer: number, changesSchema: boolean) {
    const { engine } = connection;
    this.pointer = pointer;
    this.changesSchema = changesSchema;
    this.#connection = connection;
    this.#engine = engine;
    const { exports, heap } = engine;
    this.isReadOnly = exports.sqlite3_stmt_readonly(pointer) !== 0;
    this.#parameterNames = Array.from({ length: exports.sqlite3_bind_parameter_count(pointer) }, (_, at) =>
      heap.cString(exports.sqlite3_bind_parameter_name(pointer, at + 1)),
    );
  }

  get columnNames(): readonly string[] {
    const { exports, heap } = this.#engine;
    const { schemaVersion } = this.#connection;
    if (this.#namesVersion === schemaVersion) return this.#names;
    this.#names = Array.from(
      { length: exports.sqlite3_column_count(this.pointer) },
      (_, column) => heap.cString(exports.sqlite3_column_name(this.pointer, column)) ?? '',
    );
    this.#namesVersion = schemaVersion;
    return this.#names;
  }

  /**
   * @param parameters As a statement's methods are given them: values, one array of them, or one object by name.
   * @throws {TypeError | RangeError} If they are not what the statement asks for.
   */
  bind(parameters: readonly unknown[]): void {
    const names = this.#parameterNames;
    const values = orderedValues(parameters, names);
    for (let at = 0; at < names.length; at++) {
      const value = values[at];
      const code = bindValue(this.#engine, this.pointer, at + 1, value);
      if (isLarge(value)) this.#hasLarge = true;
      if (code !== RESULT.ok) throw this.#connection.error(code);
    }
  }

  /** @returns Whether there is a row. @throws Why it failed; it is reset then. */
  step(): boolean {
    const code = this.#connection.step(this.pointer);
    if (code === RESULT.row) return true;
    if (code === RESULT.done) return false;
    const error = this.#connection.error(code);
    this.#engine.exports.sqlite3_reset(this.pointer);
    throw error;
  }

  row(asArray: boolean): SqlRow {
    const names = this.columnNames;
    const engine = this.#engine;
    if (asArray) return names.map((_, column) => readColumn(engine, this.pointer, column));
    const row: Record<string, SqlValue> = {};
    for (let column = 0; column < names.length; column++) {
      const name = names[column] as string;
      const value = readColumn(engine, this.pointer, column);
      if (name === '__proto__') {
        Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true });
      } else row[name] = value;
    }
    return row;
  }

  /** Ends what it was doing, which may commit. @throws Why that failed. */
  end(): void {
    const { exports } = this.#engine;
    const code = exports.sqlite3_reset(this.pointer);
    // What is bound next replaces the rest.
    if (this.#hasLarge) exports.sqlite3_clear_bindings(this.pointer);
    this.#hasLarge = false;
    if (code !== RESULT.ok) throw this.#connection.error(code);
  }

  finalize(): void {
    this.#connection.finalized(this);
    this.#engine.exports.sqlite3_finalize(this.pointer);
  }
}

function isLarge(value: unknown): boolean {
  return (typeof value === 'string' || value instanceof Uint8Array) && value.length > LARGE_LENGTH;
}

const LARGE_LENGTH = 1_024;

function orderedValues(
  parameters: readonly unknown[],
  names: readonly (string | undefined)[],
): readonly unknown[] {
  const [only] = parameters;
  const isOne = parameters.length === 1;
  if (isOne && isNamed(only)) return namedValues(only, names);
  const values = isOne && Array.isArray(only) ? (only as unknown[]) : parameters;
  if (values.length === names.length) return values;
  throw new RangeError(`the statement takes ${names.length} parameters, ${values.length} were given`);
}

function isNamed(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

function namedValues(
  named: Readonly<Record<string, unknown>>,
  names: readonly (string | undefined)[],
): readonly unknown[] {
  const taken = new Set<string>();
  const values = names.map((name, at) => {
    const bare = name?.slice(1);
    if (bare === undefined || name?.startsWith('?')) {
      throw new RangeError(`parameter ${at + 1} of the statement has no name`);
    }
    if (!Object.hasOwn(named, bare)) throw new RangeError(`the statement's parameter ${name} was not given`);
    taken.add(bare);
    return named[bare];
  });
  const unknown = Object.keys(named).filter((name) => !taken.has(name)).length;
  if (unknown === 0) return values;
  throw new RangeError(`the statement does not have ${unknown} of the parameters that were given`);
}
