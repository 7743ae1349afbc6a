import { compareBytes } from '../bytes/index.js';
import type { Clock, IdSource } from '../clock.js';
import { KeyspaceError } from '../errors.js';
import { NAMESPACE } from '../layout/index.js';
import type { Entry, EntrySize, KeyRange, ScanOptions, Store, StoreLimits } from '../store/index.js';
import { ActorLayer } from './actor-layer.js';
import { Gate } from './gate.js';
import type { Ground } from './ground.js';
import { OpenTransaction } from './open-transaction.js';
import { type ActorReads, type ActorSyncReads, LayeredReads } from './reads.js';
import type { WakeSource } from './wake.js';

/**
 * When a write's promise resolves. `durable`: once it would survive a crash. `deferred`: once it is accepted
 * and readable here; only `durable()` then acknowledges it. With over 16 MiB accepted and not durable, a
 * deferred write resolves when the store has caught up.
 */
export type Durability = 'durable' | 'deferred';

export interface WriteOptions {
  /** Default `durable`. */
  readonly durability?: Durability | undefined;
}

/**
 * Changes of one actor's keys that apply together. Takes the arrays over: do not change them afterwards.
 *
 * @throws {RangeError} If a key is in namespace `00`, which the library itself keeps.
 */
export interface ActorWrites {
  /** @throws {KeyspaceError} `key.empty`, `key.too_large`, `value.too_large`. */
  set(key: Uint8Array, value: Uint8Array): void;
  /** @throws {KeyspaceError} `key.empty`, `key.too_large`. */
  delete(key: Uint8Array): void;
  /** Leaves namespace `00` alone. */
  clearRange(range: KeyRange): void;
  /**
   * Says when this part of the actor next has something to do, in milliseconds since the Unix epoch, or
   * `undefined` if it has nothing. The keyspace's due index follows in the same commit.
   */
  wakeAt(source: WakeSource, atMs: number | undefined): void;
}

/**
 * One actor's keys as subsystems use them: on the actor itself each `write` is its own commit, inside a
 * transaction it joins that. A subsystem is written once for both.
 *
 * @throws {KeyspaceError} Every method: `actor.fenced`, `actor.poisoned`, `actor.closed`,
 * `transaction.closed`; reading methods what the store throws.
 */
export interface ActorAccess extends ActorReads {
  /** The actor's partition in the store itself, which names it among all keyspaces there. Not to be changed. */
  readonly storePartition: Uint8Array;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Those of the store. */
  readonly limits: StoreLimits;
  /** Whether nothing can be written. */
  readonly readOnly: boolean;
  /** Whether `sync` and what is done at once are there. */
  readonly hasSync: boolean;
  /**
   * Applies what `fill` writes, all or nothing. If `fill` throws, nothing is written and the error passes on.
   *
   * @throws {KeyspaceError} `actor.read_only`, `actor.quota_exceeded`, `commit.too_large`, `store.full`,
   * `transaction.timeout`, or why the commit failed.
   */
  write(fill: (writes: ActorWrites) => void, options?: WriteOptions): Promise<void>;
  /**
   * Runs `callback` while nobody else writes here; its writes apply together when it resolves and vanish when
   * it throws. Inside a transaction this is a nested one.
   *
   * @throws {KeyspaceError} As {@link write}.
   */
  transaction<T>(callback: (access: ActorAccess) => Promise<T>, options?: WriteOptions): Promise<T>;
  /**
   * Runs `run` as soon as no transaction is open here, at once if none is. What it writes is accepted before
   * `accept` returns.
   *
   * @throws {KeyspaceError} `store.sync_unsupported`, `transaction.timeout`.
   */
  runInTurn<T>(run: (accept: AcceptNow) => T): Promise<T>;
  /** As {@link runInTurn} without waiting. @throws {KeyspaceError} `transaction.open`, `store.sync_unsupported`. */
  runNow<T>(run: (accept: AcceptNow) => T): T;
  /** @throws {KeyspaceError} Why it can no longer be read or written. */
  assertUsable(): void;
  /**
   * Calls `forget` when what was read here turns out to be void: the transaction ended without its writes, the
   * actor has lost a commit, or is closed. For whoever keeps in memory what it has read.
   */
  onVoid(forget: () => void): void;
}

/**
 * Accepts what `fill` writes at once, all or nothing, as `ActorAccess.write` does in its turn. To be called
 * before `run` returns, and never afterwards.
 *
 * @returns What `write` returns.
 * @throws {KeyspaceError} As `ActorAccess.write`, but for why a commit failed.
 */
export type AcceptNow = (fill: (writes: ActorWrites) => void, options?: WriteOptions) => Promise<void>;

export interface ScopeSettings {
  /** The keyspace's view of the store, in which the actor has `partition`. */
  readonly store: Store;
  readonly partition: Uint8Array;
  readonly storePartition: Uint8Array;
  readonly readOnly: boolean;
  readonly transactionWaitMsMax: number;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** Reads and serialised writes on one {@link Ground}. */
export class Scope implements ActorAccess {
  readonly #settings: ScopeSettings;
  readonly #ground: Ground;
  readonly #reads: LayeredReads;
  readonly #gate: Gate;

  constructor(settings: ScopeSettings, ground: Ground) {
    this.#settings = settings;
    this.#ground = ground;
    this.#reads = new LayeredReads(settings.store, settings.partition, ground);
    this.#gate = new Gate(settings.transactionWaitMsMax, settings.clock);
  }

  get storePartition(): Uint8Array {
    return this.#settings.storePartition;
  }

  get clock(): Clock {
    return this.#settings.clock;
  }

  get ids(): IdSource {
    return this.#settings.ids;
  }

  get limits(): StoreLimits {
    return this.#settings.store.limits;
  }

  get readOnly(): boolean {
    return this.#settings.readOnly;
  }

  get hasSync(): boolean {
    return this.#settings.store.sync !== undefined;
  }

  get sync(): ActorSyncReads {
    return this.#reads.sync;
  }

  get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#reads.get(key);
  }

  getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return this.#reads.getMany(keys);
  }

  scan(range: KeyRange, options?: ScanOptions): AsyncIterable<Entry> {
    return this.#reads.scan(range, options);
  }

  getSizes(keys: readonly Uint8Array[]): Promise<(number | undefined)[]> {
    return this.#reads.getSizes(keys);
  }

  scanSizes(range: KeyRange, options?: ScanOptions): AsyncIterable<EntrySize> {
    return this.#reads.scanSizes(range, options);
  }

  async write(fill: (writes: ActorWrites) => void, options: WriteOptions = {}): Promise<void> {
    this.#assertWritable();
    const isDeferred = isDeferredWrite(options);
    const layer = new ActorLayer();
    fill(writesInto(layer, this.#settings.store));
    if (layer.isEmpty) return;
    const preparation = this.#ground.prepare(layer);
    let durable: Promise<void>;
    try {
      const isFree = this.#gate.isFree && preparation === undefined;
      if (!isFree) await this.#gate.enter('write');
      try {
        const change = preparation && (await preparation.change());
        durable = this.#ground.accept(layer, isDeferred, change);
      } finally {
        if (!isFree) this.#gate.leave();
      }
    } finally {
      preparation?.release();
    }
    await (isDeferred ? this.#ground.headway() : durable);
  }

  async transaction<T>(
    callback: (access: ActorAccess) => Promise<T>,
    options: WriteOptions = {},
  ): Promise<T> {
    this.#assertWritable();
    const isDeferred = isDeferredWrite(options);
    await this.#gate.enter('transaction');
    let result: T;
    let durable: Promise<void>;
    const open = new OpenTransaction(this.#ground, this.#settings.store.limits);
    try {
      this.#ground.assertUsable();
      const { layer } = open;
      try {
        result = await callback(new Scope(this.#settings, open));
      } finally {
        open.close();
      }
      this.#ground.assertUsable();
      const preparation = layer.isEmpty ? undefined : this.#ground.prepare(layer);
      try {
        const change = preparation && (await preparation.change());
        // What it only read may not be durable yet, and then its result is not either.
        durable = layer.isEmpty ? this.#ground.settled() : this.#ground.accept(layer, isDeferred, change);
      } finally {
        preparation?.release();
      }
      open.keep();
    } finally {
      // Before the gate opens, so that nobody reads what is void.
      open.forget();
      this.#gate.leave();
    }
    await (isDeferred ? this.#ground.headway() : durable);
    return result;
  }

  async runInTurn<T>(run: (accept: AcceptNow) => T): Promise<T> {
    if (this.#gate.isFree) return this.#run(run);
    await this.#gate.enter('write');
    try {
      return this.#run(run);
    } finally {
      this.#gate.leave();
    }
  }

  runNow<T>(run: (accept: AcceptNow) => T): T {
    if (this.#gate.isFree) return this.#run(run);
    this.#ground.assertUsable();
    throw new KeyspaceError('transaction.open', 'a transaction is open, and this call cannot wait', {});
  }

  #run<T>(run: (accept: AcceptNow) => T): T {
    this.#ground.assertUsable();
    // Throws where the store has none.
    this.#reads.sync;
    return run((fill, options) => this.#acceptNow(fill, options));
  }

  #acceptNow(fill: (writes: ActorWrites) => void, options: WriteOptions = {}): Promise<void> {
    this.#assertWritable();
    const isDeferred = isDeferredWrite(options);
    const layer = new ActorLayer();
    fill(writesInto(layer, this.#settings.store));
    if (layer.isEmpty) return Promise.resolve();
    const durable = this.#ground.accept(layer, isDeferred);
    return isDeferred ? this.#ground.headway() : durable;
  }

  assertUsable(): void {
    this.#ground.assertUsable();
  }

  onVoid(forget: () => void): void {
    this.#ground.onVoid(forget);
  }

  /** Calls `end` when every transaction and write begun before has been accepted or has failed. */
  async whenIdle(end: () => Promise<void>): Promise<void> {
    await this.#gate.enter('write');
    // Before the gate opens, so that what waits there finds it ended.
    const ending = end();
    this.#gate.leave();
    await ending;
  }

  #assertWritable(): void {
    this.#ground.assertUsable();
    if (this.#settings.readOnly)
      throw new KeyspaceError('actor.read_only', 'the actor is open read-only', {});
  }
}

function isDeferredWrite({ durability = 'durable' }: WriteOptions): boolean {
  if (durability !== 'durable' && durability !== 'deferred') {
    throw new TypeError(`durability must be 'durable' or 'deferred', not ${String(durability)}`);
  }
  return durability === 'deferred';
}

function writesInto(layer: ActorLayer, { limits }: Store): ActorWrites {
  return {
    set: (key, value) => {
      assertNotSystem(key);
      layer.set(key, value, limits);
    },
    delete: (key) => {
      assertNotSystem(key);
      layer.delete(key, limits);
    },
    clearRange: ({ begin, end }) => layer.clearRange({ begin: maxBytes(begin, BEHIND_SYSTEM), end }),
    wakeAt: (source, atMs) => layer.wakeAt(source, atMs),
  };
}

const BEHIND_SYSTEM = Uint8Array.of(NAMESPACE.system + 1);

function maxBytes(a: Uint8Array, b: Uint8Array): Uint8Array {
  return compareBytes(a, b) < 0 ? b : a;
}

function assertNotSystem(key: Uint8Array): void {
  if (key[0] === NAMESPACE.system) throw new RangeError('namespace 00 is kept by the library itself');
}
