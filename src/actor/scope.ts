import { compareBytes } from '../bytes/index.js';
import type { Clock, IdSource } from '../clock.js';
import { KeyspaceError } from '../errors.js';
import { NAMESPACE } from '../layout/index.js';
import {
  assertCommitBytes,
  type Entry,
  type EntrySize,
  type KeyRange,
  type Layer,
  type ScanOptions,
  type Store,
  type StoreLimits,
} from '../store/index.js';
import { ActorLayer } from './actor-layer.js';
import { Gate } from './gate.js';
import type { Ground } from './ground.js';
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
}

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
    try {
      this.#ground.assertUsable();
      const open = new OpenTransaction(this.#ground, this.#settings.store.limits);
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
    } finally {
      this.#gate.leave();
    }
    await (isDeferred ? this.#ground.headway() : durable);
    return result;
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

/** A transaction's own layer on top of what it was opened on. */
class OpenTransaction implements Ground {
  readonly layer = new ActorLayer();
  readonly #below: Ground;
  readonly #bytesMax: number;
  #isOpen = true;

  constructor(below: Ground, { commitBytesMax }: StoreLimits) {
    this.#below = below;
    // What is overwritten or cleared later counts here, so this only keeps a runaway from filling the memory.
    this.#bytesMax = 2 * commitBytesMax;
  }

  get isEmpty(): boolean {
    return this.layer.isEmpty && this.#below.isEmpty;
  }

  assertUsable(): void {
    if (!this.#isOpen) throw new KeyspaceError('transaction.closed', 'the transaction has ended', {});
    this.#below.assertUsable();
  }

  lookup(id: string): Uint8Array | null | undefined {
    const found = this.layer.lookup(id);
    return found === undefined ? this.#below.lookup(id) : found;
  }

  layers(): Layer[] {
    return [...this.#below.layers(), this.layer];
  }

  prepare(): undefined {}

  accept(layer: ActorLayer): Promise<void> {
    this.assertUsable();
    assertCommitBytes(this.layer.bytes + layer.bytes, this.#bytesMax);
    this.layer.absorb(layer);
    return Promise.resolve();
  }

  settled(): Promise<void> {
    return Promise.resolve();
  }

  headway(): Promise<void> {
    return Promise.resolve();
  }

  retain(): () => void {
    return this.#below.retain();
  }

  close(): void {
    this.#isOpen = false;
  }
}
