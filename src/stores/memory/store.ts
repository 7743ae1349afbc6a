import { setImmediate } from 'node:timers/promises';
import { copyBytes, toHex } from '../../bytes/index.js';
import { KeyspaceError } from '../../errors.js';
import {
  assertChecks,
  assertCommitLimits,
  assertCommitPartitions,
  assertPartition,
  COMMON_LIMITS,
  type Commit,
  type Fence,
  nextEpoch,
  type Snapshot,
  type Store,
  type StoreCapabilities,
  type StoreLimits,
  type SyncReader,
} from '../../store/index.js';
import { AsyncTreeReader, applyWrite, TreeReader, valueAt } from './reader.js';
import type { Tree } from './tree.js';

export interface MemoryStoreOptions {
  /** Default true. False hides `sync` and answers every read in a later turn of the event loop. */
  readonly synchronousReads?: boolean | undefined;
  /** Default 268,435,456 (256 MiB). */
  readonly commitBytesMax?: number | undefined;
}

/** A fence as issued: whoever holds the Fence could write into its array. */
interface Claim {
  readonly partition: Uint8Array;
  readonly partitionHex: string;
  readonly epoch: number;
}

/**
 * Keeps everything in this process: the reference that other stores are compared with, and a store for tests.
 *
 * A commit is visible from when its promise resolves, never during the call, as in a store that waits for a disk.
 */
export class MemoryStore extends AsyncTreeReader implements Store {
  readonly limits: StoreLimits;
  readonly capabilities: StoreCapabilities;
  readonly sync?: SyncReader | undefined;
  readonly #turn: () => Promise<void>;
  #tree: Tree;
  #closed = false;
  /** Apart from the entries: an epoch survives the deletion of all of them. */
  readonly #epochs = new Map<string, number>();
  readonly #claims = new WeakMap<Fence, Claim>();
  /** Settles, never rejecting, when every commit and claim so far has. */
  #settled: Promise<unknown> = Promise.resolve();

  /** @throws {TypeError | RangeError} On an option of the wrong type or out of range. */
  constructor(options: MemoryStoreOptions = {}) {
    const { synchronousReads = true, commitBytesMax = 268_435_456 } = options;
    if (typeof synchronousReads !== 'boolean') throw new TypeError('synchronousReads must be a boolean');
    if (!(Number.isSafeInteger(commitBytesMax) && commitBytesMax >= 0)) {
      throw new RangeError(
        `commitBytesMax must be a whole number of 0 or more, not ${String(commitBytesMax)}`,
      );
    }
    const limits = { ...COMMON_LIMITS, commitBytesMax };
    const turn = synchronousReads ? () => Promise.resolve() : () => setImmediate();
    const reader = new TreeReader(limits, () => this.#openTree());
    super(reader, turn);
    if (synchronousReads) this.sync = reader;
    this.limits = limits;
    this.capabilities = { synchronousReads, durable: false };
    this.#turn = turn;
  }

  async snapshot(): Promise<Snapshot> {
    const tree = this.#openTree();
    let released = false;
    const reader = new TreeReader(this.limits, () => {
      this.#openTree();
      if (released) throw new KeyspaceError('store.closed', 'the snapshot is closed', {});
      return tree;
    });
    const later = new AsyncTreeReader(reader, this.#turn);
    await this.#turn();
    return {
      get: (partition, key) => later.get(partition, key),
      getMany: (partition, keys) => later.getMany(partition, keys),
      scan: (partition, range, options) => later.scan(partition, range, options),
      getSizes: (partition, keys) => later.getSizes(partition, keys),
      scanSizes: (partition, range, options) => later.scanSizes(partition, range, options),
      listPartitions: (within) => later.listPartitions(within),
      sync: this.sync && reader,
      close: () => {
        released = true;
      },
    };
  }

  async claim(
    partition: Uint8Array,
    options: { readonly epochMin?: number | undefined } = {},
  ): Promise<Fence> {
    this.#openTree();
    assertPartition(partition);
    const own = copyBytes(partition);
    const partitionHex = toHex(own);
    return this.#enqueue(() => {
      const epoch = nextEpoch(this.#epochs.get(partitionHex) ?? 0, options.epochMin);
      this.#epochs.set(partitionHex, epoch);
      const fence: Fence = { partition: copyBytes(own), epoch };
      this.#claims.set(fence, { partition: own, partitionHex, epoch });
      return fence;
    });
  }

  async commit(commit: Commit): Promise<void> {
    this.#openTree();
    const claims = (commit.fences ?? []).map((fence) => this.#claimOf(fence));
    assertCommitPartitions(
      commit,
      claims.map(({ partition }) => partition),
    );
    assertCommitLimits(commit, this.limits);
    await this.#enqueue(() => this.#apply(commit, claims));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#settled;
    this.#tree = undefined;
  }

  #apply({ checks = [], writes }: Commit, claims: readonly Claim[]): void {
    if (claims.some(({ partitionHex, epoch }) => this.#epochs.get(partitionHex) !== epoch)) {
      throw new KeyspaceError('commit.fenced', 'another owner has claimed the partition', {});
    }
    assertChecks(checks, (partition, key) => valueAt(this.#tree, partition, key));
    this.#tree = writes.reduce(applyWrite, this.#tree);
  }

  #claimOf(fence: Fence): Claim {
    const claim = this.#claims.get(fence);
    if (claim === undefined) throw new TypeError('the fence was not issued by this store');
    return claim;
  }

  /** Runs after everything enqueued before it, and never within the call. */
  #enqueue<T>(work: () => T): Promise<T> {
    const done = this.#settled.then(work);
    this.#settled = done.catch(() => {});
    return done;
  }

  #openTree(): Tree {
    if (this.#closed) throw new KeyspaceError('store.closed', 'the store is closed', {});
    return this.#tree;
  }
}
