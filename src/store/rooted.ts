import { assertBytes, compareBytes, concatBytes, copyBytes, strinc } from '../bytes/index.js';
import type {
  Commit,
  Entry,
  EntrySize,
  Fence,
  KeyRange,
  Reader,
  ScanOptions,
  Snapshot,
  Store,
  StoreCapabilities,
  StoreLimits,
  SyncReader,
} from './contract.js';
import { ROOT_BYTES_MAX } from './limits.js';
import { ACTOR, KEYSPACE, partitionLength, ROOT } from './partition.js';
import { WHOLE_PARTITION } from './range.js';

const BEHIND_ROOTS = Uint8Array.of(ACTOR);
const KEYSPACE_PARTITION = Uint8Array.of(KEYSPACE);

/**
 * The part of a store below one root: its partition `p` is the store's `root ‖ p`, and no other partition is
 * visible. Below the empty root are the partitions that have none. Closing the view closes the store.
 *
 * @param root Empty, or `01 ‖ bytes without 00 ‖ 00`, at most 22 bytes. Copied.
 * @returns A store whose fences are its own: one of the store below is not valid here.
 * @throws {TypeError} If `root` is not a `Uint8Array`.
 * @throws {RangeError} If it is not a root.
 */
export function rootedStore(store: Store, root: Uint8Array): Store {
  assertRoot(root);
  return new RootedStore(store, new Root(copyBytes(root)));
}

function assertRoot(root: Uint8Array): void {
  assertBytes(root, 'root');
  if (root.length === 0) return;
  if (root.length > ROOT_BYTES_MAX) {
    throw new RangeError(`root has ${root.length} bytes, the limit is ${ROOT_BYTES_MAX}`);
  }
  if (partitionLength(concatBytes(root, KEYSPACE_PARTITION)) !== root.length + 1) {
    throw new RangeError('a root is 01, bytes without 00, and 00');
  }
}

class Root {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The store's name of a partition. Whether it is well-formed is left to the store. */
  enter(partition: Uint8Array): Uint8Array {
    assertBytes(partition, 'partition');
    // Below a root the store refuses a second one; below none this is the only guard.
    if (partition[0] === ROOT) throw new RangeError('the partition has a root of its own');
    return this.bytes.length === 0 ? partition : concatBytes(this.bytes, partition);
  }

  enterCommit(commit: Commit, fenceOf: (fence: Fence) => Fence): Commit {
    const { checks = [], writes, sharedPartition } = commit;
    if (this.bytes.length === 0) {
      for (const { partition } of checks) this.enter(partition);
      for (const { partition } of writes) this.enter(partition);
      if (sharedPartition) this.enter(sharedPartition);
      return { ...commit, fences: commit.fences?.map(fenceOf) };
    }
    return {
      fences: commit.fences?.map(fenceOf),
      sharedPartition: sharedPartition && this.enter(sharedPartition),
      checks: checks.map((check) => ({ ...check, partition: this.enter(check.partition) })),
      writes: writes.map((write) => ({ ...write, partition: this.enter(write.partition) })),
    };
  }

  async *list(
    lister: Pick<Store, 'listPartitions'>,
    range: KeyRange = WHOLE_PARTITION,
  ): AsyncGenerator<Uint8Array> {
    // Partitions with a root of their own come before all others.
    const begin = compareBytes(range.begin, BEHIND_ROOTS) < 0 ? BEHIND_ROOTS : range.begin;
    const all = this.bytes.length === 0 ? undefined : strinc(this.bytes);
    const end = range.end ? concatBytes(this.bytes, range.end) : all;
    for await (const partition of lister.listPartitions({ begin: concatBytes(this.bytes, begin), end })) {
      yield partition.slice(this.bytes.length);
    }
  }
}

class RootedReader implements Reader {
  readonly #reader: Reader;
  readonly #root: Root;

  constructor(reader: Reader, root: Root) {
    this.#reader = reader;
    this.#root = root;
  }

  async get(partition: Uint8Array, key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#reader.get(this.#root.enter(partition), key);
  }

  async getMany(partition: Uint8Array, keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return this.#reader.getMany(this.#root.enter(partition), keys);
  }

  scan(partition: Uint8Array, range: KeyRange, options?: ScanOptions): AsyncIterable<Entry> {
    return this.#reader.scan(this.#root.enter(partition), range, options);
  }

  async getSizes(partition: Uint8Array, keys: readonly Uint8Array[]): Promise<(number | undefined)[]> {
    return this.#reader.getSizes(this.#root.enter(partition), keys);
  }

  scanSizes(partition: Uint8Array, range: KeyRange, options?: ScanOptions): AsyncIterable<EntrySize> {
    return this.#reader.scanSizes(this.#root.enter(partition), range, options);
  }
}

function rootedSync(reader: SyncReader, root: Root): SyncReader {
  return {
    get: (partition, key) => reader.get(root.enter(partition), key),
    getMany: (partition, keys) => reader.getMany(root.enter(partition), keys),
    scan: (partition, range, options) => reader.scan(root.enter(partition), range, options),
    getSizes: (partition, keys) => reader.getSizes(root.enter(partition), keys),
    scanSizes: (partition, range, options) => reader.scanSizes(root.enter(partition), range, options),
  };
}

class RootedSnapshot extends RootedReader implements Snapshot {
  readonly sync?: SyncReader | undefined;
  readonly #snapshot: Snapshot;
  readonly #root: Root;

  constructor(snapshot: Snapshot, root: Root) {
    super(snapshot, root);
    this.#snapshot = snapshot;
    this.#root = root;
    if (snapshot.sync !== undefined) this.sync = rootedSync(snapshot.sync, root);
  }

  listPartitions(range?: KeyRange): AsyncIterable<Uint8Array> {
    return this.#root.list(this.#snapshot, range);
  }

  close(): void {
    this.#snapshot.close();
  }
}

class RootedStore extends RootedReader implements Store {
  readonly limits: StoreLimits;
  readonly capabilities: StoreCapabilities;
  readonly sync?: SyncReader | undefined;
  readonly assertRoom?: (setCount: number, setBytes: number) => void;
  readonly #store: Store;
  readonly #root: Root;
  /** Fences handed out, which name the partition without its root, and the store's own. */
  readonly #fences = new WeakMap<Fence, Fence>();

  constructor(store: Store, root: Root) {
    super(store, root);
    this.#store = store;
    this.#root = root;
    const { limits } = store;
    this.limits = { ...limits, partitionBytesMax: limits.partitionBytesMax - root.bytes.length };
    this.capabilities = store.capabilities;
    if (store.sync !== undefined) this.sync = rootedSync(store.sync, root);
    if (store.assertRoom !== undefined) {
      this.assertRoom = (setCount, setBytes) =>
        store.assertRoom?.(setCount, setBytes + setCount * root.bytes.length);
    }
  }

  async snapshot(): Promise<Snapshot> {
    return new RootedSnapshot(await this.#store.snapshot(), this.#root);
  }

  listPartitions(range?: KeyRange): AsyncIterable<Uint8Array> {
    return this.#root.list(this.#store, range);
  }

  async claim(partition: Uint8Array, options?: { readonly epochMin?: number | undefined }): Promise<Fence> {
    const held = await this.#store.claim(this.#root.enter(partition), options);
    const fence: Fence = { partition: held.partition.slice(this.#root.bytes.length), epoch: held.epoch };
    this.#fences.set(fence, held);
    return fence;
  }

  commit(commit: Commit): Promise<void> {
    try {
      return this.#store.commit(this.#root.enterCommit(commit, (fence) => this.#fenceOf(fence)));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #fenceOf(fence: Fence): Fence {
    const held = this.#fences.get(fence);
    if (held === undefined) throw new TypeError('the fence was not issued by this store');
    return held;
  }
}
