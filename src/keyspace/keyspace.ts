import {
  type OpenActorOptions as ActorHandleOptions,
  type ActorSurroundings,
  assertQuota,
  DUE_PARTITION,
  dueWrites,
  openActorHandle,
  readDueAtMs,
} from '../actor/index.js';
import { type Clock, type IdSource, randomIds, systemClock } from '../clock.js';
import { type ErrorCode, isKeyspaceError, KeyspaceError } from '../errors.js';
import { decodePartition, encodeActorPartition, encodeRoot } from '../layout/index.js';
import { type QueueOptions, type QueueSettings, queueSettings } from '../queue/index.js';
import { rootedStore, type Store, WHOLE_PARTITION } from '../store/index.js';
import { ActorKeyspace } from './actor-keyspace.js';
import { type DueActor, findDueAtMs, readDue, readNextDue } from './due-index.js';
import { OpenActors } from './open-actors.js';

const UNREADABLE: ReadonlySet<string> = new Set<ErrorCode>([
  'value.corrupt',
  'value.malformed',
  'value.version_unsupported',
]);

/** 10 GiB. */
const QUOTA_BYTES = 10 * 1024 ** 3;

export interface KeyspaceOptions {
  readonly store: Store;
  /** Name that keeps several keyspaces apart in one store: at most 20 bytes of UTF-8 without NUL. Default none. */
  readonly root?: string | undefined;
  /** Whether `close` leaves the store open, since others use it. Default false. */
  readonly sharedStore?: boolean | undefined;
  /**
   * What each actor may hold in all, in bytes of keys and values: a whole number of 0 or more, or `Infinity`.
   * Default 10,737,418,240 (10 GiB).
   */
  readonly quotaBytes?: number | undefined;
  /** What tells the time. Default the system's. */
  readonly clock?: Clock | undefined;
  /** What makes ids that are not given. Default random UUIDs. */
  readonly ids?: IdSource | undefined;
  /** How queues behave. */
  readonly queue?: QueueOptions | undefined;
}

export interface OpenActorOptions extends ActorHandleOptions {
  /** How this actor's queue behaves. Default: as the keyspace's options say. */
  readonly queue?: QueueOptions | undefined;
}

/**
 * Opens a keyspace: the actors of one store, or of one root in it.
 *
 * @throws {TypeError} If the root is not a string, `sharedStore` not a boolean, or a queue setting is unknown.
 * @throws {RangeError} If the root is too long, or has a NUL or a lone surrogate; if a queue setting is out of range.
 */
export async function openKeyspace(options: KeyspaceOptions): Promise<Keyspace> {
  return new Keyspace(options);
}

/** The actors of one store, or of one root in it. */
export class Keyspace {
  readonly #store: Store;
  readonly #surroundings: ActorSurroundings;
  readonly #sharedStore: boolean;
  readonly #queue: QueueSettings;
  readonly #open = new OpenActors();
  #closing: Promise<void> | undefined;

  /** Use {@link openKeyspace}. */
  constructor(options: KeyspaceOptions) {
    if (typeof options?.store?.commit !== 'function') throw new TypeError('store must be a Store');
    const { sharedStore = false, quotaBytes = QUOTA_BYTES, clock = systemClock, ids = randomIds } = options;
    if (typeof sharedStore !== 'boolean') throw new TypeError('sharedStore must be a boolean');
    assertQuota(quotaBytes);
    const root = encodeRoot(options.root);
    this.#store = rootedStore(options.store, root);
    this.#queue = queueSettings(options.queue, this.#store.limits);
    this.#surroundings = { store: this.#store, root, clock, ids, quotaBytes };
    this.#sharedStore = sharedStore;
  }

  /**
   * Opens an actor, new or not. Unless read-only it is claimed: whoever had it open before, here or in another
   * process, is fenced out and fails with `actor.fenced` at its next commit.
   *
   * @param actorId Text without NUL of 1 to 254 bytes in UTF-8.
   * @throws {TypeError} If the id is not a string, or a queue setting is unknown.
   * @throws {RangeError} If an option is out of range.
   * @throws {KeyspaceError} `actor.id_invalid`, `actor.incomplete`, `layout.unsupported`,
   * `layout.migration_required`, `layout.mixed`, `value.malformed` or `value.version_unsupported` of one of the
   * library's own records in it, `store.closed`, or what the store throws.
   */
  async openActor(actorId: string, options?: OpenActorOptions): Promise<ActorKeyspace> {
    this.#assertOpen();
    const queue =
      options?.queue === undefined
        ? this.#queue
        : queueSettings(options.queue, this.#store.limits, this.#queue);
    const handle = await openActorHandle(this.#surroundings, actorId, options);
    const actor = new ActorKeyspace(handle, { queue }, () => this.#open.delete(actor));
    if (this.#closing !== undefined) await actor.close();
    this.#assertOpen();
    this.#open.add(actor);
    return actor;
  }

  /** Ids of the actors that have anything stored, in byte order of their UTF-8. Costs actors, not keys. */
  async *actors(): AsyncGenerator<string, void, undefined> {
    this.#assertOpen();
    for await (const partition of this.#store.listPartitions()) {
      const { actorId } = decodePartition(partition);
      if (actorId !== undefined) yield actorId;
    }
  }

  /**
   * Deletes everything an actor has, in one commit, and fences out its owner. An actor that does not exist is
   * deleted already.
   *
   * @throws {KeyspaceError} `actor.id_invalid`, `store.closed`, or what the store throws.
   */
  async deleteActor(actorId: string): Promise<void> {
    this.#assertOpen();
    const partition = encodeActorPartition(actorId);
    const fence = await this.#store.claim(partition);
    const due = dueWrites(actorId, await this.#dueAtMs(partition, actorId), undefined);
    const cleared = { type: 'clearRange', partition, range: WHOLE_PARTITION } as const;
    await this.#store.commit({
      fences: [fence],
      sharedPartition: DUE_PARTITION,
      writes: [cleared, ...due],
    });
  }

  /**
   * The actors that have something to do, by what they have scheduled: whom to open after a restart, the longest
   * due first. Costs what is due. Actors that change meanwhile may show as they were or as they are.
   *
   * @param nowMs Until when, inclusive, in milliseconds since the Unix epoch. Default now.
   * @throws {KeyspaceError} `store.closed`, or what the store throws.
   */
  async *due(nowMs: number = this.#surroundings.clock.nowMs()): AsyncGenerator<DueActor, void, undefined> {
    this.#assertOpen();
    if (typeof nowMs !== 'number' || Number.isNaN(nowMs)) throw new TypeError('nowMs must be a number');
    for await (const due of readDue(this.#store, nowMs)) {
      yield due;
      this.#assertOpen();
    }
  }

  /**
   * The actor that is due first, now or later; `undefined` if none has anything to do.
   *
   * @throws {KeyspaceError} `store.closed`, or what the store throws.
   */
  async nextDue(): Promise<DueActor | undefined> {
    this.#assertOpen();
    return readNextDue(this.#store);
  }

  /** When the actor is in the due index. Its own record tells, unless that cannot be read. */
  async #dueAtMs(partition: Uint8Array, actorId: string): Promise<number | undefined> {
    try {
      return await readDueAtMs(this.#store, partition);
    } catch (error) {
      if (isKeyspaceError(error) && UNREADABLE.has(error.code)) return findDueAtMs(this.#store, actorId);
      throw error;
    }
  }

  /**
   * Closes every actor opened here and not superseded by opening it again, then the store unless it is shared. Idempotent: the outcome stays the same.
   *
   * @throws {KeyspaceError} What closing the first actor that failed threw; the others and the store are closed
   * all the same.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const closing = await Promise.allSettled(this.#open.all().map((actor) => actor.close()));
    if (!this.#sharedStore) await this.#store.close();
    const failed = closing.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new KeyspaceError('store.closed', 'the keyspace is closed', {});
  }
}
