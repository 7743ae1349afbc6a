import { KeyspaceError } from '../errors.js';
import {
  assertKey,
  assertScan,
  type Entry,
  foundValue,
  type KeyRange,
  keyId,
  ScanMerge,
  type ScanOptions,
  type Snapshot,
  type Store,
  type SyncReader,
} from '../store/index.js';
import type { Ground } from './ground.js';

/** Reads of one actor's keys, by key inside the actor. Arrays handed out belong to the caller. */
export interface ActorReads {
  get(key: Uint8Array): Promise<Uint8Array | undefined>;
  /** One result per key, in the order asked, all of the same instant. */
  getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]>;
  /** The actor as it was when the first entry was asked for. */
  scan(range: KeyRange, options?: ScanOptions): AsyncIterable<Entry>;
  /**
   * The same without waiting.
   *
   * @throws {KeyspaceError} `store.sync_unsupported` on reading it, where the store reads asynchronously.
   */
  readonly sync: ActorSyncReads;
}

/** {@link ActorReads} where the store has synchronous reads. */
export interface ActorSyncReads {
  get(key: Uint8Array): Uint8Array | undefined;
  getMany(keys: readonly Uint8Array[]): (Uint8Array | undefined)[];
  scan(range: KeyRange, options?: ScanOptions): Iterable<Entry>;
}

/** The store's entries of one partition with a {@link Ground}'s layers on top. */
export class LayeredReads implements ActorReads {
  readonly #store: Store;
  readonly #partition: Uint8Array;
  readonly #ground: Ground;
  readonly #sync: LayeredSyncReads | undefined;

  constructor(store: Store, partition: Uint8Array, ground: Ground) {
    this.#store = store;
    this.#partition = partition;
    this.#ground = ground;
    this.#sync = store.sync && new LayeredSyncReads(store, store.sync, partition, ground);
  }

  get sync(): ActorSyncReads {
    if (this.#sync) return this.#sync;
    throw new KeyspaceError('store.sync_unsupported', 'this store has no synchronous reads', {});
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    if (this.#sync) return this.#sync.get(key);
    const [value] = await this.getMany([key]);
    return value;
  }

  async getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    if (this.#sync) return this.#sync.getMany(keys);
    this.#ground.assertUsable();
    for (const key of keys) assertKey(key, this.#store.limits);
    const release = this.#ground.retain();
    try {
      const stored = await this.#store.getMany(this.#partition, keys);
      this.#ground.assertUsable();
      return keys.map((key, i) => layered(this.#ground, key, stored[i]));
    } finally {
      release();
    }
  }

  async *scan(range: KeyRange, options: ScanOptions = {}): AsyncGenerator<Entry, void, undefined> {
    if (this.#sync) {
      yield* this.#sync.scan(range, options);
      return;
    }
    assertScan(range, options);
    const { snapshot, merge } = await this.#openScan(range, options);
    try {
      const stored = snapshot.scan(this.#partition, range, merge.storeOptions);
      for await (const entry of merge.overAsync(stored)) {
        this.#ground.assertUsable();
        yield entry;
      }
    } finally {
      snapshot.close();
    }
  }

  // The layers are taken after the snapshot, and none is let go in between, so that every write is in one of
  // the two.
  async #openScan(range: KeyRange, options: ScanOptions): Promise<{ snapshot: Snapshot; merge: ScanMerge }> {
    this.#ground.assertUsable();
    const release = this.#ground.retain();
    try {
      const snapshot = await this.#store.snapshot();
      try {
        this.#ground.assertUsable();
        return { snapshot, merge: new ScanMerge(this.#ground.layers(), range, options) };
      } catch (error) {
        snapshot.close();
        throw error;
      }
    } finally {
      release();
    }
  }
}

class LayeredSyncReads implements ActorSyncReads {
  readonly #store: Store;
  readonly #reader: SyncReader;
  readonly #partition: Uint8Array;
  readonly #ground: Ground;

  constructor(store: Store, reader: SyncReader, partition: Uint8Array, ground: Ground) {
    this.#store = store;
    this.#reader = reader;
    this.#partition = partition;
    this.#ground = ground;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    this.#ground.assertUsable();
    if (!this.#ground.isEmpty) {
      assertKey(key, this.#store.limits);
      const found = this.#ground.lookup(keyId(key));
      if (found !== undefined) return foundValue(found);
    }
    return this.#reader.get(this.#partition, key);
  }

  getMany(keys: readonly Uint8Array[]): (Uint8Array | undefined)[] {
    this.#ground.assertUsable();
    if (this.#ground.isEmpty) return this.#reader.getMany(this.#partition, keys);
    return keys.map((key) => this.get(key));
  }

  *scan(range: KeyRange, options: ScanOptions = {}): Generator<Entry, void, undefined> {
    assertScan(range, options);
    this.#ground.assertUsable();
    const merge = new ScanMerge(this.#ground.layers(), range, options);
    const stored = this.#reader.scan(this.#partition, range, merge.storeOptions);
    for (const entry of merge.over(stored)) {
      // What it has taken from the layers is void once they are.
      this.#ground.assertUsable();
      yield entry;
    }
  }
}

function layered(ground: Ground, key: Uint8Array, stored: Uint8Array | undefined): Uint8Array | undefined {
  const found = ground.lookup(keyId(key));
  return found === undefined ? stored : foundValue(found);
}
