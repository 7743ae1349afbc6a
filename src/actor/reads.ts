import { KeyspaceError } from '../errors.js';
import {
  assertKey,
  assertScan,
  type Entry,
  type EntrySize,
  foundValue,
  type KeyRange,
  keyId,
  type Layer,
  type MergedItem,
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
  /** Lengths of values, as `Reader.getSizes` of stores has them. */
  getSizes(keys: readonly Uint8Array[]): Promise<(number | undefined)[]>;
  /** As {@link scan}, with lengths instead of values. */
  scanSizes(range: KeyRange, options?: ScanOptions): AsyncIterable<EntrySize>;
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
  getSizes(keys: readonly Uint8Array[]): (number | undefined)[];
  scanSizes(range: KeyRange, options?: ScanOptions): Iterable<EntrySize>;
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
    return this.#retaining(keys, async () => {
      const stored = await this.#getStored(keys);
      return keys.map((key, i) => {
        const found = this.#ground.lookup(keyId(key));
        return found === undefined ? stored[i] : foundValue(found);
      });
    });
  }

  async getSizes(keys: readonly Uint8Array[]): Promise<(number | undefined)[]> {
    if (this.#sync) return this.#sync.getSizes(keys);
    return this.#retaining(keys, async () =>
      this.sizesOver(keys, await this.#store.getSizes(this.#partition, keys)),
    );
  }

  /** The sizes here, given those in the store at an instant since which the ground has retained its layers. */
  sizesOver(keys: readonly Uint8Array[], stored: readonly (number | undefined)[]): (number | undefined)[] {
    return keys.map((key, i) => {
      const found = this.#ground.lookup(keyId(key));
      return found === undefined ? stored[i] : found?.length;
    });
  }

  async *scan(range: KeyRange, options: ScanOptions = {}): AsyncGenerator<Entry, void, undefined> {
    if (this.#sync && !this.#ground.guard) yield* this.#sync.scan(range, options);
    else {
      yield* this.#merged(range, options, ScanMerge.ofEntries, (snapshot, stored) =>
        snapshot.scan(this.#partition, range, stored),
      );
    }
  }

  async *scanSizes(range: KeyRange, options: ScanOptions = {}): AsyncGenerator<EntrySize, void, undefined> {
    if (this.#sync && !this.#ground.guard) yield* this.#sync.scanSizes(range, options);
    else {
      yield* this.#merged(range, options, ScanMerge.ofSizes, (snapshot, stored) =>
        snapshot.scanSizes(this.#partition, range, stored),
      );
    }
  }

  async #getStored(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    const { guard } = this.#ground;
    if (guard === undefined) return this.#store.getMany(this.#partition, keys);
    const [guarding, ...stored] = await this.#store.getMany(this.#partition, [guard.key, ...keys]);
    guard.assert(guarding);
    return stored;
  }

  /** A read of the store that sees what is accepted when it begins. */
  async #retaining<T>(keys: readonly Uint8Array[], read: () => Promise<T>): Promise<T> {
    this.#ground.assertUsable();
    for (const key of keys) assertKey(key, this.#store.limits);
    const release = this.#ground.retain();
    try {
      const result = await read();
      this.#ground.assertUsable();
      return result;
    } finally {
      release();
    }
  }

  async *#merged<Item extends MergedItem>(
    range: KeyRange,
    options: ScanOptions,
    merge: MergeOf<Item>,
    scan: (snapshot: Snapshot, options: ScanOptions) => AsyncIterable<Item>,
  ): AsyncGenerator<Item, void, undefined> {
    assertScan(range, options);
    const { snapshot, merged } = await this.#openScan(() => merge(this.#ground.layers(), range, options));
    try {
      for await (const item of merged.overAsync(scan(snapshot, merged.storeOptions))) {
        this.#ground.assertUsable();
        yield item;
      }
    } finally {
      snapshot.close();
    }
  }

  // The layers are taken after the snapshot, and none is let go in between, so that every write is in one of
  // the two.
  async #openScan<Merge>(merge: () => Merge): Promise<{ snapshot: Snapshot; merged: Merge }> {
    this.#ground.assertUsable();
    const release = this.#ground.retain();
    try {
      const snapshot = await this.#store.snapshot();
      try {
        const { guard } = this.#ground;
        guard?.assert(await snapshot.get(this.#partition, guard.key));
        this.#ground.assertUsable();
        return { snapshot, merged: merge() };
      } catch (error) {
        snapshot.close();
        throw error;
      }
    } finally {
      release();
    }
  }
}

type MergeOf<Item extends MergedItem> = (
  layers: readonly Layer[],
  range: KeyRange,
  options: ScanOptions,
) => ScanMerge<Item>;

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
    this.#assertReadable();
    if (!this.#ground.isEmpty) {
      assertKey(key, this.#store.limits);
      const found = this.#ground.lookup(keyId(key));
      if (found !== undefined) return foundValue(found);
    }
    return this.#reader.get(this.#partition, key);
  }

  getMany(keys: readonly Uint8Array[]): (Uint8Array | undefined)[] {
    this.#assertReadable();
    if (this.#ground.isEmpty) return this.#reader.getMany(this.#partition, keys);
    return keys.map((key) => this.get(key));
  }

  getSizes(keys: readonly Uint8Array[]): (number | undefined)[] {
    this.#assertReadable();
    if (this.#ground.isEmpty) return this.#reader.getSizes(this.#partition, keys);
    return keys.map((key) => {
      assertKey(key, this.#store.limits);
      const found = this.#ground.lookup(keyId(key));
      return found === undefined ? this.#reader.getSizes(this.#partition, [key])[0] : found?.length;
    });
  }

  scan(range: KeyRange, options: ScanOptions = {}): Iterable<Entry> {
    return this.#merged(range, options, ScanMerge.ofEntries, (stored) =>
      this.#reader.scan(this.#partition, range, stored),
    );
  }

  scanSizes(range: KeyRange, options: ScanOptions = {}): Iterable<EntrySize> {
    return this.#merged(range, options, ScanMerge.ofSizes, (stored) =>
      this.#reader.scanSizes(this.#partition, range, stored),
    );
  }

  #assertReadable(): void {
    this.#ground.assertUsable();
    const { guard } = this.#ground;
    guard?.assert(this.#reader.get(this.#partition, guard.key));
  }

  *#merged<Item extends MergedItem>(
    range: KeyRange,
    options: ScanOptions,
    merge: MergeOf<Item>,
    scan: (options: ScanOptions) => Iterable<Item>,
  ): Generator<Item, void, undefined> {
    assertScan(range, options);
    this.#assertReadable();
    const merged = merge(this.#ground.layers(), range, options);
    for (const item of merged.over(scan(merged.storeOptions))) {
      // What it has taken from the layers is void once they are.
      this.#ground.assertUsable();
      yield item;
    }
  }
}
