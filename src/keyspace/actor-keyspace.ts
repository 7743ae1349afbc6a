import type { ActorAccess, ActorHandle, WriteOptions } from '../actor/index.js';
import { ActorBlobs, BlobHolders } from '../blobs/index.js';
import { ActorConnections } from '../connections/index.js';
import { isKeyspaceError } from '../errors.js';
import { ActorFields, type FieldDefaults, fieldBlobs } from '../fields/index.js';
import { ActorInspectorToken } from '../inspector-token/index.js';
import { ActorKv } from '../kv/index.js';
import type { Layout } from '../layout/index.js';
import { ActorQueue, QueueRoom, type QueueSettings } from '../queue/index.js';
import { ActorSqlite, SqliteHome } from '../sqlite/index.js';
import { ActorState } from '../state/index.js';
import { ActorTraces } from '../traces/index.js';
import { ActorWorkflow } from '../workflow/index.js';
import { type ActorUsage, actorUsage } from './usage.js';

/** Everything an actor keeps, on the actor itself and inside a transaction alike. */
export interface ActorSubsystems {
  /** The actor's own record: input, state and scheduled events. */
  readonly state: ActorState;
  readonly connections: ActorConnections;
  readonly inspectorToken: ActorInspectorToken;
  /** User keys. */
  readonly kv: ActorKv;
  readonly queue: ActorQueue;
  /** Bytes of any length, by their digest. */
  readonly blobs: ActorBlobs;
  /** JSON values of any size, by name. */
  readonly fields: ActorFields;
  /** A SQLite database. */
  readonly sqlite: ActorSqlite;
  /** What a replaying workflow engine keeps. */
  readonly workflow: ActorWorkflow;
  /** Spans. */
  readonly traces: ActorTraces;
}

/** Every part of an actor whose values may be in blobs: the collector must know them all. */
const BLOB_HOLDERS = new BlobHolders([fieldBlobs]);

/** What a transaction's callback works with; dead once the callback has settled. */
export type ActorTransaction = ActorSubsystems;

/** One open actor. */
export class ActorKeyspace implements ActorSubsystems {
  readonly state: ActorState;
  readonly connections: ActorConnections;
  readonly inspectorToken: ActorInspectorToken;
  readonly kv: ActorKv;
  readonly queue: ActorQueue;
  readonly blobs: ActorBlobs;
  readonly fields: ActorFields;
  readonly sqlite: ActorSqlite;
  readonly workflow: ActorWorkflow;
  readonly traces: ActorTraces;
  readonly #handle: ActorHandle;
  readonly #settings: SubsystemSettings;
  readonly #room = new QueueRoom();
  readonly #sqliteHome = new SqliteHome();
  readonly #onClose: () => void;

  /** Use `keyspace.openActor`. */
  constructor(handle: ActorHandle, settings: SubsystemSettings, onClose: () => void) {
    this.#handle = handle;
    this.#settings = settings;
    this.#onClose = onClose;
    accesses.set(this, handle.access);
    ({
      state: this.state,
      connections: this.connections,
      inspectorToken: this.inspectorToken,
      kv: this.kv,
      queue: this.queue,
      blobs: this.blobs,
      fields: this.fields,
      sqlite: this.sqlite,
      workflow: this.workflow,
      traces: this.traces,
    } = subsystems(handle.access, settings, this.#sqliteHome, this.#room, false));
  }

  get id(): string {
    return this.#handle.actorId;
  }

  get readOnly(): boolean {
    return this.#handle.readOnly;
  }

  /** Which claim of the actor this is, counted from 1; `undefined` if read-only. */
  get epoch(): number | undefined {
    return this.#handle.epoch;
  }

  /**
   * The layout that its keys were in when it was opened: 0 or 1; `undefined` if read-only and no key told, as
   * with a new actor.
   */
  get layout(): Layout | undefined {
    return this.#handle.layout;
  }

  /**
   * How much the actor holds, exactly: of everything accepted, or read-only of everything durable.
   *
   * @throws {KeyspaceError} `actor.fenced`, `actor.poisoned`, `actor.closed`; read-only what the store throws.
   */
  async usage(): Promise<ActorUsage> {
    return actorUsage(await this.#handle.usage(), this.#handle.quotaBytes);
  }

  /**
   * Runs `callback` while nobody else writes to this actor. Its reads see its own writes; all of them commit
   * together when it resolves, and none if it throws. Writes on the actor itself wait meanwhile, so inside the
   * callback use the transaction it is given.
   *
   * @returns What the callback returned, once its writes are durable (with `durability: 'deferred'`: accepted).
   * @throws {KeyspaceError} `actor.fenced`, `actor.poisoned`, `actor.closed`, `actor.read_only`,
   * `actor.quota_exceeded`, `transaction.timeout`, `commit.too_large`, `store.full`, or why the commit failed. Whatever the callback throws.
   */
  async transaction<T>(
    callback: (transaction: ActorTransaction) => Promise<T>,
    options?: WriteOptions,
  ): Promise<T> {
    const room = new QueueRoom();
    try {
      return await this.#handle.access.transaction(
        (access) => callback(subsystems(access, this.#settings, this.#sqliteHome, room, true)),
        options,
      );
    } finally {
      if (room.version > 0) this.#room.changed();
    }
  }

  /**
   * Resolves once everything accepted so far is durable: the gate to pass, after deferred writes, before
   * anything leaves the actor.
   *
   * @throws {KeyspaceError} Why something accepted was lost.
   */
  durable(): Promise<void> {
    return this.#handle.durable();
  }

  /**
   * Waits for what is accepted, then refuses further use. Idempotent.
   *
   * @throws {KeyspaceError} Why deferred writes were lost, unless `durable` has told it before;
   * `transaction.timeout` if a transaction stays open, and then the actor stays open too.
   */
  async close(): Promise<void> {
    try {
      await this.#handle.close();
    } catch (error) {
      if (!isKeyspaceError(error, 'transaction.timeout')) this.#closed();
      throw error;
    }
    this.#closed();
  }

  /** Whoever waits for a message looks again, and finds the actor closed. */
  #closed(): void {
    this.#onClose();
    this.#room.changed();
  }
}

const accesses = new WeakMap<ActorKeyspace, ActorAccess>();

/**
 * The keys of an open actor, for adapters that work below the subsystems.
 *
 * @throws {TypeError} If it is no actor of this package.
 */
export function accessOf(actor: ActorKeyspace): ActorAccess {
  const access = accesses.get(actor);
  if (access === undefined) throw new TypeError('actor must be one that a keyspace has opened');
  return access;
}

/** How the subsystems of an actor behave. */
export interface SubsystemSettings {
  readonly queue: QueueSettings;
  readonly fields: FieldDefaults;
}

function subsystems(
  access: ActorAccess,
  settings: SubsystemSettings,
  sqliteHome: SqliteHome,
  room: QueueRoom,
  isInTransaction: boolean,
): ActorSubsystems {
  return {
    state: new ActorState(access),
    connections: new ActorConnections(access),
    inspectorToken: new ActorInspectorToken(access),
    kv: new ActorKv(access),
    queue: new ActorQueue(access, settings.queue, room, isInTransaction),
    blobs: new ActorBlobs(access, BLOB_HOLDERS),
    fields: new ActorFields(access, settings.fields),
    sqlite: new ActorSqlite(sqliteHome, access),
    workflow: new ActorWorkflow(access),
    traces: new ActorTraces(access),
  };
}
