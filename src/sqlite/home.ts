import type { AcceptNow, ActorAccess, WriteOptions } from '../actor/index.js';
import { KeyspaceError } from '../errors.js';
import { Connection } from './connection.js';
import { refused, rowsVoid } from './failure.js';
import type { SqlFunction } from './functions.js';
import { loadSqlite } from './load.js';
import { ResidentFiles } from './resident.js';
import { DatabaseFiles, type FilesView } from './vfs/database-files.js';
import { type Engine, loadedEngine } from './wasm/engine.js';
import { isTrap } from './wasm/trap.js';

export interface CallOptions extends WriteOptions {
  /** Most steps of SQLite's machine that the call may take. */
  readonly stepsMax: number;
}

/** What a call gave, and when what it wrote is durable. */
export interface CallResult<T> {
  readonly result: T;
  readonly accepted?: Promise<void> | undefined;
}

/**
 * The one connection to an actor's database, which the actor and its transactions use in turns. It is opened
 * when it is first needed, and dropped whenever what it has read may be void: after a transaction that was
 * rolled back, a lost commit, a failed read. The next call opens it again, on what the actor then holds.
 */
export class SqliteHome {
  readonly #functions = new Map<string, SqlFunction>();
  readonly #settings = new Map<string, string>();
  readonly #forget = () => this.#drop();
  readonly #view = new SyncView(this.#forget);
  #connection: Connection | undefined;
  #files: DatabaseFiles | undefined;
  /** Of stores that read asynchronously. */
  #resident: ResidentFiles | undefined;
  /** The access of the call under way, and how deep calls are nested in it. */
  #access: ActorAccess | undefined;
  #depth = 0;
  #isVoid = false;
  #generation = 0;

  /** Counts the connections: what belongs to one of another generation is void. */
  get generation(): number {
    return this.#generation;
  }

  assertGeneration(generation: number): void {
    if (generation !== this.#generation || this.#connection === undefined) throw rowsVoid();
  }

  addFunction(definition: SqlFunction): void {
    this.#functions.set(`${definition.name.toLowerCase()}/${definition.argumentCount}`, definition);
    this.#connection?.addFunction(definition);
  }

  interrupt(): void {
    this.#connection?.interrupt();
  }

  /** Forgets the connection, since what it has read is being replaced. */
  forget(access: ActorAccess): void {
    access.onVoid(this.#forget);
    this.#drop();
  }

  async callInTurn<T>(
    access: ActorAccess,
    options: CallOptions,
    body: (connection: Connection) => T,
  ): Promise<CallResult<T>> {
    const engine = loadedEngine() ?? (await loadSqlite());
    if (!access.hasSync) return { result: await this.#callResident(engine, access, options, body) };
    return access.runInTurn((accept) => this.#callSync(engine, access, accept, options, body));
  }

  callNow<T>(access: ActorAccess, options: CallOptions, body: (connection: Connection) => T): T {
    const engine = loadedEngine();
    if (engine === undefined) {
      throw new KeyspaceError('sqlite.not_loaded', 'await load() before calling synchronously', {});
    }
    return access.runNow((accept) => this.#callSync(engine, access, accept, options, body)).result;
  }

  #callSync<T>(
    engine: Engine,
    access: ActorAccess,
    accept: AcceptNow,
    options: CallOptions,
    body: (connection: Connection) => T,
  ): CallResult<T> {
    if (this.#depth > 0) return { result: this.#nested(access, body) };
    const view = this.#view;
    view.begin(access, accept, options);
    const result = this.#call(engine, access, view, options, body);
    return { result, accepted: view.end() };
  }

  /** Where the store reads asynchronously: in a transaction, of which SQLite has the files in memory. */
  #callResident<T>(
    engine: Engine,
    access: ActorAccess,
    options: CallOptions,
    body: (connection: Connection) => T,
  ): Promise<T> {
    return access.transaction(async (inner) => {
      if (this.#connection?.engine.isBroken) this.#drop();
      if (this.#resident === undefined) this.#resident = await ResidentFiles.read(inner);
      const files = this.#resident;
      inner.onVoid(this.#forget);
      const result = this.#call(engine, inner, files, options, body);
      const fill = files.takeWrites();
      if (fill !== undefined) await inner.write(fill);
      return result;
    }, options);
  }

  #call<T>(
    engine: Engine,
    access: ActorAccess,
    view: FilesView,
    options: CallOptions,
    body: (connection: Connection) => T,
  ): T {
    if (this.#connection?.engine.isBroken) this.#drop();
    this.#depth = 1;
    this.#access = access;
    try {
      const connection = this.#open(engine, access, view);
      connection.begin(options.stepsMax);
      const result = body(connection);
      this.#files?.assertOwned();
      this.#assertWhole(connection);
      return result;
    } catch (error) {
      throw this.#failed(engine, error);
    } finally {
      this.#depth = 0;
      this.#access = undefined;
      this.#files?.enter(undefined);
      if (this.#isVoid) this.#drop();
    }
  }

  /** A call that a function or a synchronous transaction makes inside another. */
  #nested<T>(access: ActorAccess, body: (connection: Connection) => T): T {
    if (access !== this.#access) {
      throw new KeyspaceError('transaction.open', 'the database is in the middle of another call', {});
    }
    const failure = this.#files?.failure;
    if (failure !== undefined) throw failure.error;
    this.#depth++;
    try {
      return body(this.#connection as Connection);
    } finally {
      this.#depth--;
    }
  }

  #open(engine: Engine, access: ActorAccess, view: FilesView): Connection {
    if (this.#connection === undefined) {
      const files = new DatabaseFiles(engine.nextName());
      files.enter(view);
      engine.active = files;
      const setup = { functions: this.#functions.values(), settings: this.#settings };
      this.#connection = new Connection(engine, files, setup);
      this.#files = files;
      this.#generation++;
      access.onVoid(this.#forget);
    }
    this.#files?.enter(view);
    engine.active = this.#files;
    return this.#connection;
  }

  #assertWhole(connection: Connection): void {
    const failure = this.#files?.failure;
    if (failure !== undefined) throw failure.error;
    if (!connection.isAutocommit) {
      throw new KeyspaceError(
        'sqlite.transaction_open',
        'a call must end the transaction that it begins: use transaction()',
        {},
      );
    }
    // What is left was rolled back: it is what the actor has anyway.
    this.#files?.discard();
  }

  #failed(engine: Engine, error: unknown): unknown {
    this.#assertOwnedQuietly();
    const failure = this.#files?.failure;
    const isBroken = isTrap(error);
    if (isBroken) engine.broke();
    const connection = this.#connection;
    if (connection === undefined) return error;
    if (isBroken || failure !== undefined) this.#isVoid = true;
    else if (connection.isAutocommit) this.#files?.discard();
    else this.#rollBack(connection);
    if (isBroken) return refused('the statement took more memory or depth than there is', error);
    return failure === undefined ? error : failure.error;
  }

  /** Pages that do not fit each other look like damage. */
  #assertOwnedQuietly(): void {
    try {
      if (this.#connection !== undefined) this.#files?.assertOwned();
    } catch {
      // It is the failure of the files now, if they had none before.
    }
  }

  #rollBack(connection: Connection): void {
    try {
      connection.exec('ROLLBACK');
      this.#files?.discard();
    } catch {
      this.#isVoid = true;
    }
  }

  #drop(): void {
    // Not while SQLite is in the middle of something: at the end of the call.
    if (this.#depth > 0) {
      this.#isVoid = true;
      return;
    }
    this.#isVoid = false;
    const connection = this.#connection;
    this.#connection = undefined;
    this.#files = undefined;
    this.#resident = undefined;
    this.#generation++;
    connection?.close();
  }
}

/** The actor during a call, where the store reads synchronously. One for all calls, since a call may be very short. */
class SyncView implements FilesView {
  readonly #forget: () => void;
  #access: ActorAccess | undefined;
  #accept: AcceptNow | undefined;
  #options: WriteOptions | undefined;
  #accepted: Promise<void> | undefined;

  constructor(forget: () => void) {
    this.#forget = forget;
  }

  begin(access: ActorAccess, accept: AcceptNow, options: WriteOptions): void {
    this.#access = access;
    this.#accept = accept;
    this.#options = options;
    this.#accepted = undefined;
  }

  /** @returns When what was accepted is durable. */
  end(): Promise<void> | undefined {
    return this.#accepted;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return (this.#access as ActorAccess).sync.get(key);
  }

  accept(fill: Parameters<AcceptNow>[0]): void {
    this.#accepted = (this.#accept as AcceptNow)(fill, this.#options);
    (this.#access as ActorAccess).onVoid(this.#forget);
  }

  nowMs(): number {
    return (this.#access as ActorAccess).clock.nowMs();
  }
}
