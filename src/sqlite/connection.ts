import { KeyspaceError } from '../errors.js';
import { Callbacks } from './callbacks.js';
import { RESULT, refused, sqliteFailure } from './failure.js';
import type { SqlFunction } from './functions.js';
import { configure } from './guard.js';
import { Prepared } from './prepared.js';
import type { DatabaseFiles } from './vfs/database-files.js';
import type { Engine } from './wasm/engine.js';

/** Read and write, create, extended result codes. */
const OPEN_FLAGS = 0x02000006;
const PREPARE_PERSISTENT = 1;
const CONTROL_RESERVE_BYTES = 38;
/** At the end of each page, so that a chunk without its zeros leaves room for what a store keeps with it. */
const RESERVE_BYTES = 32;
const CACHED_STATEMENTS_MAX = 64;
const STEPS_PER_CALL = 1_000;

/** Instances of SQLite's own kinds of function flags: UTF-8, deterministic, only called by statements. */
const FUNCTION = { utf8: 1, deterministic: 0x800, directOnly: 0x80000 } as const;

/** What outlives a connection that is replaced by another. */
export interface ConnectionSetup {
  readonly functions: Iterable<SqlFunction>;
  /** Settings by pragma. */
  readonly settings: Map<string, string>;
}

/** One database, open. To be used inside calls, while its files have a view of the actor. */
export class Connection {
  readonly engine: Engine;
  readonly #files: DatabaseFiles;
  readonly #setup: ConnectionSetup;
  readonly #callbacks: Callbacks;
  readonly #db: number;
  /** The oldest first. */
  readonly #cached = new Map<string, Prepared>();
  readonly #live = new Set<Prepared>();
  #schemaVersion = 0;
  #isStepping = false;
  #hasSchemaChange = false;
  #denial: string | undefined;
  #error: { readonly error: unknown } | undefined;
  #steps = 0;
  #stepsMax = Number.POSITIVE_INFINITY;

  /** @throws {KeyspaceError} `sqlite.corrupt`, `sqlite.refused`, or what the store throws. */
  constructor(engine: Engine, files: DatabaseFiles, setup: ConnectionSetup) {
    this.engine = engine;
    this.#files = files;
    this.#setup = setup;
    this.#callbacks = Callbacks.of(engine);
    files.open();
    engine.vfs.add(files);
    this.#db = this.#openDatabase();
    try {
      this.#prepareDatabase();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get schemaVersion(): number {
    return this.#schemaVersion;
  }

  get isStepping(): boolean {
    return this.#isStepping;
  }

  get isAutocommit(): boolean {
    return this.engine.exports.sqlite3_get_autocommit(this.#db) !== 0;
  }

  get changes(): number {
    return Number(this.engine.exports.sqlite3_changes64(this.#db));
  }

  get lastInsertRowid(): number | bigint {
    const rowid = this.engine.exports.sqlite3_last_insert_rowid(this.#db);
    return Number.isSafeInteger(Number(rowid)) ? Number(rowid) : rowid;
  }

  /** Begins a call. */
  begin(stepsMax: number): void {
    this.#error = undefined;
    this.#denial = undefined;
    this.#steps = 0;
    this.#stepsMax = stepsMax;
  }

  /** @returns Whether the statement is to be stopped. */
  countSteps(): boolean {
    this.#steps += STEPS_PER_CALL;
    return this.#steps > this.#stepsMax;
  }

  interrupt(): void {
    this.engine.exports.sqlite3_interrupt(this.#db);
  }

  finalized(prepared: Prepared): void {
    this.#live.delete(prepared);
  }

  noteSchemaChange(): void {
    this.#hasSchemaChange = true;
  }

  noteSetting(name: string, value: string): void {
    if (/^[\w+-]{1,20}$/.test(value)) this.#setup.settings.set(name, value);
  }

  noteError(error: unknown): void {
    this.#error ??= { error };
  }

  deny(reason: string): void {
    this.#denial = reason;
  }

  step(statement: number): number {
    // A function that it calls may run statements of its own.
    const wasStepping = this.#isStepping;
    this.#isStepping = true;
    try {
      return this.engine.exports.sqlite3_step(statement);
    } finally {
      this.#isStepping = wasStepping;
    }
  }

  /** What a result code stands for: the error of a callback, if one failed, or SQLite's own. */
  error(resultCode: number): unknown {
    const noted = this.#error;
    const denial = this.#denial;
    this.#error = undefined;
    this.#denial = undefined;
    if (this.#files.failure !== undefined) return this.#files.failure.error;
    if (noted !== undefined) return noted.error;
    const primary = resultCode & 0xff;
    if (primary === RESULT.auth && denial !== undefined) return refused(denial);
    if (primary === RESULT.interrupt) {
      const details = { steps: this.#steps, stepsMax: this.#stepsMax };
      return new KeyspaceError('sqlite.interrupted', `interrupted after ${this.#steps} steps`, details);
    }
    const { exports, heap } = this.engine;
    const code = exports.sqlite3_extended_errcode(this.#db) || resultCode;
    return sqliteFailure(code, heap.cString(exports.sqlite3_errmsg(this.#db)) ?? 'failed');
  }

  /** The statement, out of the cache if it is there. Give it back with `release`. @throws Why there is none. */
  acquire(sql: string): Prepared {
    const cached = this.#cached.get(sql);
    if (cached !== undefined && !cached.isBusy) {
      cached.isBusy = true;
      return cached;
    }
    const prepared = this.#only(assertSql(sql));
    if (prepared === undefined) throw new RangeError('there is no statement in the SQL');
    prepared.isBusy = true;
    return prepared;
  }

  /** Keeps the statement for the next who needs it. */
  release(sql: string, prepared: Prepared): void {
    prepared.isBusy = false;
    const cached = this.#cached.get(sql);
    if (cached === prepared) return;
    if (prepared.changesSchema) this.#schemaVersion++;
    if (prepared.changesSchema || cached !== undefined) {
      prepared.finalize();
      return;
    }
    this.#cached.set(sql, prepared);
    if (this.#cached.size > CACHED_STATEMENTS_MAX) this.#evict();
  }

  #evict(): void {
    for (const [sql, prepared] of this.#cached) {
      if (prepared.isBusy) continue;
      this.#cached.delete(sql);
      prepared.finalize();
      return;
    }
  }

  /** Runs every statement of the SQL, and forgets the rows. @throws Why one failed. */
  exec(sql: string): void {
    for (const prepared of this.#statements(assertSql(sql), 0)) {
      try {
        prepared.bind([]);
        while (prepared.step());
        prepared.end();
      } finally {
        prepared.finalize();
        if (prepared.changesSchema) this.#schemaVersion++;
      }
    }
  }

  addFunction(definition: SqlFunction): void {
    const { name, argumentCount, isDeterministic } = definition;
    const flags = FUNCTION.utf8 | FUNCTION.directOnly | (isDeterministic ? FUNCTION.deterministic : 0);
    const id = this.#callbacks.addFunction(this, definition);
    const text = this.engine.cString(name);
    const { call } = this.#callbacks;
    const code = this.engine.exports.sqlite3_create_function_v2(
      this.#db,
      text,
      argumentCount,
      flags,
      id,
      call,
      0,
      0,
      0,
    );
    this.engine.heap.free(text);
    if (code !== RESULT.ok) throw this.error(code);
  }

  /** Frees everything. Nothing that is not staged gets into the actor any more. */
  close(): void {
    const { engine } = this;
    this.#files.abandon();
    if (!engine.isBroken) {
      // Its own alone: those that full-text search has prepared are its to finalize.
      for (const prepared of this.#live) prepared.finalize();
      engine.exports.sqlite3_close_v2(this.#db);
    }
    engine.vfs.remove(this.#files);
    this.#callbacks.remove(this);
  }

  #openDatabase(): number {
    const { engine } = this;
    const { exports, heap, out } = engine;
    const name = engine.cString(this.#files.name);
    const code = exports.sqlite3_open_v2(name, out, OPEN_FLAGS, engine.vfsName);
    heap.free(name);
    const db = heap.pointerAt(out);
    if (code === RESULT.ok) return db;
    const text = heap.cString(exports.sqlite3_errmsg(db)) ?? 'cannot be opened';
    exports.sqlite3_close_v2(db);
    engine.vfs.remove(this.#files);
    throw this.#files.failure?.error ?? sqliteFailure(code, text);
  }

  #prepareDatabase(): void {
    const { engine } = this;
    configure(engine, this.#db);
    // The first read rolls a journal back, which the files then stage together with its removal.
    if (this.#files.journal !== undefined) {
      this.exec('SELECT count(*) FROM sqlite_schema');
      this.#files.commit();
    }
    if (this.#files.main.fileBytes === 0) {
      this.exec('PRAGMA page_size=4096');
      engine.heap.view.setInt32(engine.out, RESERVE_BYTES, true);
      engine.exports.sqlite3_file_control(this.#db, 0, CONTROL_RESERVE_BYTES, engine.out);
    }
    this.exec('PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=MEMORY; PRAGMA synchronous=NORMAL');
    this.exec('PRAGMA foreign_keys=ON');
    for (const [name, value] of this.#setup.settings) this.exec(`PRAGMA ${name}=${value}`);
    for (const definition of this.#setup.functions) this.addFunction(definition);
    const id = this.#callbacks.add(this);
    engine.exports.sqlite3_set_authorizer(this.#db, this.#callbacks.authorizer, id);
    engine.exports.sqlite3_progress_handler(this.#db, STEPS_PER_CALL, this.#callbacks.progress, id);
  }

  #only(sql: string): Prepared | undefined {
    let only: Prepared | undefined;
    try {
      for (const prepared of this.#statements(sql, PREPARE_PERSISTENT)) {
        if (only === undefined) {
          only = prepared;
          continue;
        }
        prepared.finalize();
        throw new RangeError('there is more than one statement in the SQL: use exec');
      }
    } catch (error) {
      only?.finalize();
      throw error;
    }
    return only;
  }

  #added(prepared: Prepared): Prepared {
    this.#live.add(prepared);
    return prepared;
  }

  /** Each is compiled when it is asked for, and finalized by whoever asked. */
  *#statements(sql: string, flags: number): Generator<Prepared, void, undefined> {
    const { exports, heap, out } = this.engine;
    const text = this.engine.cString(sql);
    try {
      for (let at = text; heap.bytes[at] !== 0; at = heap.pointerAt(out + 4)) {
        this.#hasSchemaChange = false;
        const code = exports.sqlite3_prepare_v3(this.#db, at, -1, flags, out, out + 4);
        if (code !== RESULT.ok) throw this.error(code);
        const tail = heap.pointerAt(out + 4);
        const pointer = heap.pointerAt(out);
        if (pointer !== 0) yield this.#added(new Prepared(this, pointer, this.#hasSchemaChange));
        // Other statements were compiled meanwhile.
        heap.view.setUint32(out + 4, tail, true);
      }
    } finally {
      heap.free(text);
    }
  }
}

function assertSql(sql: string): string {
  if (typeof sql !== 'string') throw new TypeError('SQL must be a string');
  if (sql.includes('\0') || !sql.isWellFormed()) {
    throw new TypeError('SQL must not have a NUL or a lone surrogate');
  }
  return sql;
}
