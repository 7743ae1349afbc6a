import type { Engine } from './wasm/engine.js';
import { COPY } from './wasm/heap.js';

/** A value as SQLite keeps it. Integers beyond ±(2^53 - 1) are bigints. */
export type SqlValue = null | number | bigint | string | Uint8Array;

/** What may be bound: a value for each `?`, or an object with one for each `:name`, `@name` or `$name`. */
export type SqlParameters = readonly SqlValue[] | Readonly<Record<string, SqlValue>>;

const TYPE = { integer: 1, float: 2, text: 3, blob: 4 } as const;
const INT32 = 2 ** 31;
const INT64 = 2n ** 63n;

/** @returns A value the caller owns. */
export function readColumn({ exports, heap }: Engine, statement: number, column: number): SqlValue {
  switch (exports.sqlite3_column_type(statement, column)) {
    case TYPE.integer: {
      // A bigint for every integer would cost more than reading it.
      const value = exports.sqlite3_column_double(statement, column);
      return Number.isSafeInteger(value) ? value : exports.sqlite3_column_int64(statement, column);
    }
    case TYPE.float:
      return exports.sqlite3_column_double(statement, column);
    case TYPE.text: {
      const at = exports.sqlite3_column_text(statement, column);
      return heap.text(at, exports.sqlite3_column_bytes(statement, column));
    }
    case TYPE.blob: {
      const at = exports.sqlite3_column_blob(statement, column);
      return heap.copy(at, exports.sqlite3_column_bytes(statement, column));
    }
    default:
      return null;
  }
}

/** An argument of a function. */
export function readArgument({ exports, heap }: Engine, value: number): SqlValue {
  switch (exports.sqlite3_value_type(value)) {
    case TYPE.integer: {
      const number = exports.sqlite3_value_double(value);
      return Number.isSafeInteger(number) ? number : exports.sqlite3_value_int64(value);
    }
    case TYPE.float:
      return exports.sqlite3_value_double(value);
    case TYPE.text: {
      const at = exports.sqlite3_value_text(value);
      return heap.text(at, exports.sqlite3_value_bytes(value));
    }
    case TYPE.blob: {
      const at = exports.sqlite3_value_blob(value);
      return heap.copy(at, exports.sqlite3_value_bytes(value));
    }
    default:
      return null;
  }
}

/** @returns SQLite's result code. @throws {TypeError | RangeError} As {@link assertSqlValue}. */
export function bindValue(engine: Engine, statement: number, index: number, value: unknown): number {
  assertSqlValue(value);
  const { exports, heap } = engine;
  if (value === null) return exports.sqlite3_bind_null(statement, index);
  if (typeof value === 'number') {
    if (!isInteger(value)) return exports.sqlite3_bind_double(statement, index, value);
    if (value >= -INT32 && value < INT32) return exports.sqlite3_bind_int(statement, index, value);
    return exports.sqlite3_bind_int64(statement, index, BigInt(value));
  }
  if (typeof value === 'bigint') return exports.sqlite3_bind_int64(statement, index, value);
  if (typeof value === 'string') {
    const { at, bytes } = heap.putText(value);
    return exports.sqlite3_bind_text(statement, index, at, bytes, COPY);
  }
  if (value.length === 0) return exports.sqlite3_bind_zeroblob(statement, index, 0);
  return exports.sqlite3_bind_blob(statement, index, heap.putBytes(value), value.length, COPY);
}

/** What a function returns. @throws {TypeError | RangeError} As {@link assertSqlValue}. */
export function giveResult({ exports, heap }: Engine, context: number, value: unknown): void {
  assertSqlValue(value);
  if (value === null) exports.sqlite3_result_null(context);
  else if (typeof value === 'bigint') exports.sqlite3_result_int64(context, value);
  else if (typeof value === 'number') {
    if (isInteger(value)) exports.sqlite3_result_int64(context, BigInt(value));
    else exports.sqlite3_result_double(context, value);
  } else if (typeof value === 'string') {
    const { at, bytes } = heap.putText(value);
    exports.sqlite3_result_text(context, at, bytes, COPY);
  } else exports.sqlite3_result_blob(context, heap.putBytes(value), value.length, COPY);
}

/**
 * @throws {TypeError} If it is of a type that SQLite does not have, or text with a lone surrogate.
 * @throws {RangeError} If it is a bigint of more than 64 bits, or not a number.
 */
function assertSqlValue(value: unknown): asserts value is SqlValue {
  switch (typeof value) {
    case 'number':
      // SQLite would store it as null.
      if (Number.isNaN(value)) throw new RangeError('a SQL value cannot be NaN');
      return;
    case 'bigint':
      if (value < -INT64 || value >= INT64) throw new RangeError('a SQL integer has at most 64 bits');
      return;
    case 'string':
      if (!value.isWellFormed()) throw new TypeError('SQL text must not have a lone surrogate');
      return;
    default:
      if (value === null || value instanceof Uint8Array) return;
      throw new TypeError('a SQL value must be null, a number, a bigint, a string or a Uint8Array');
  }
}

function isInteger(value: number): boolean {
  return Number.isSafeInteger(value) && !Object.is(value, -0);
}
