import {
  assertCommitLimits,
  assertCommitPartitions,
  assertPartition,
  COMMON_LIMITS,
  type Commit,
  type Entry,
  type Fence,
  type KeyRange,
  nextEpoch,
  type ScanOptions,
  type Snapshot,
  type Store,
  type StoreCapabilities,
  type StoreLimits,
  type SyncReader,
} from '../../store/index.js';
import { Committer, laneName } from './committer.js';
import type { Environment } from './environment.js';
import { closedError } from './failure.js';
import { Claims } from './fence.js';
import { Leases } from './leases.js';
import type { Settings } from './options.js';
import { Owners } from './owners.js';
import { AsyncLmdbReader, LmdbReader } from './reader.js';
import { LmdbSnapshot } from './snapshot.js';
import { type LmdbStats, Space } from './space.js';

/** The engine keeps the pages that one transaction changes in memory, with those of all commits in its group. */
const COMMIT_BYTES_MAX = 134_217_728;

/**
 * A {@link Store} in one folder on a local disk, for any number of processes of one machine.
 *
 * Every method's errors are the contract's. After an error of the disk (`commit.unknown`) commits and claims
 * are `store.failed` until the store is opened anew; reads go on.
 */
export interface LmdbStore extends Store {
  readonly sync: SyncReader;
  assertRoom(commitBytes: number): void;
  /** @throws {KeyspaceError} `store.closed`; `store.failed`. */
  stats(): LmdbStats;
}

export class OpenLmdbStore implements LmdbStore {
  readonly limits: StoreLimits = { ...COMMON_LIMITS, commitBytesMax: COMMIT_BYTES_MAX };
  readonly capabilities: StoreCapabilities = { synchronousReads: true, durable: true };
  readonly sync: SyncReader;
  readonly #environment: Environment;
  readonly #readOnly: boolean;
  readonly #reader: AsyncLmdbReader;
  readonly #leases: Leases;
  readonly #claims = new Claims();
  readonly #space: Space;
  readonly #committer: Committer;
  #closing: Promise<void> | undefined;

  constructor(environment: Environment, settings: Settings) {
    this.#environment = environment;
    this.#readOnly = settings.readOnly;
    this.#leases = new Leases(environment);
    this.#space = new Space(environment, settings);
    this.#committer = new Committer(environment, new Owners(environment.owners, settings.path), this.#space);
    const reader = new LmdbReader(this.#leases);
    this.sync = reader;
    this.#reader = new AsyncLmdbReader(reader);
  }

  get(partition: Uint8Array, key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#reader.get(partition, key);
  }

  getMany(partition: Uint8Array, keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return this.#reader.getMany(partition, keys);
  }

  scan(partition: Uint8Array, range: KeyRange, options?: ScanOptions): AsyncIterable<Entry> {
    return this.#reader.scan(partition, range, options);
  }

  listPartitions(range?: KeyRange): AsyncIterable<Uint8Array> {
    return this.#reader.listPartitions(range);
  }

  async snapshot(): Promise<Snapshot> {
    this.#assertOpen();
    return new LmdbSnapshot(this.#leases.hold());
  }

  async claim(
    partition: Uint8Array,
    options: { readonly epochMin?: number | undefined } = {},
  ): Promise<Fence> {
    this.#assertWritable();
    assertPartition(partition);
    nextEpoch(0, options.epochMin);
    const own = new Uint8Array(partition);
    const epoch = await this.#committer.claim(own, options.epochMin);
    return this.#claims.issue({ partition: own, lane: laneName(own), epoch });
  }

  commit(commit: Commit): Promise<void> {
    try {
      this.#assertWritable();
      const claims = (commit.fences ?? []).map((fence) => this.#claims.of(fence));
      assertCommitPartitions(
        commit,
        claims.map(({ partition }) => partition),
      );
      assertCommitLimits(commit, this.limits);
      return this.#committer.commit(commit, claims);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  assertRoom(commitBytes: number): void {
    this.#assertOpen();
    this.#space.assertRoom(commitBytes);
  }

  stats(): LmdbStats {
    this.#assertOpen();
    return this.#space.stats();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#leases.close();
    await this.#committer.idle();
    // Closing takes the engine's lock; a writer that failed within may never give it back.
    if (!this.#committer.stuck) await this.#environment.close();
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw closedError();
  }

  #assertWritable(): void {
    this.#assertOpen();
    if (this.#readOnly) throw new TypeError('the store was opened for reading only');
  }
}
