import {
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
import { Committer } from './committer.js';
import type { Environment } from './environment.js';
import { closedError } from './failure.js';
import { Claims } from './fence.js';
import { footprintMax } from './footprint.js';
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
 * Every method's errors are the contract's, and `snapshot.expired` where a snapshot or scan was held for too
 * long. After a `commit.unknown` commits and claims are `store.failed`, and so may reads be, until the store is
 * closed and opened anew. If the engine did not answer all it was asked, that is `store.failed` as well, and
 * takes a new process. Other processes go on.
 *
 * A read sees every commit that has resolved here, and those of other processes (or of another store opened
 * here) that were durable before the turn of the event loop it is made in.
 */
export interface LmdbStore extends Store {
  readonly sync: SyncReader;
  /**
   * Never admits what {@link commit} would refuse then, but the other way round: knowing only totals, it takes
   * lengths to be those that fit into pages worst. That is up to 6 times what a commit of small entries
   * needs, 3 times what one of 4 KiB values does, and little more than one of larger ones does.
   */
  assertRoom(setCount: number, setBytes: number): void;
  /** @throws {KeyspaceError} `store.closed`; `store.failed`. */
  stats(): LmdbStats;
}

export class OpenLmdbStore extends AsyncLmdbReader implements LmdbStore {
  readonly limits: StoreLimits = { ...COMMON_LIMITS, commitBytesMax: COMMIT_BYTES_MAX };
  readonly capabilities: StoreCapabilities = { synchronousReads: true, durable: true };
  readonly sync: SyncReader;
  readonly #environment: Environment;
  readonly #readOnly: boolean;
  readonly #leases: Leases;
  readonly #claims = new Claims();
  readonly #space: Space;
  readonly #committer: Committer;
  #closing: Promise<void> | undefined;

  constructor(environment: Environment, settings: Settings) {
    const leases = new Leases(environment, settings.snapshotMsMax);
    const reader = new LmdbReader(leases);
    super(reader);
    this.sync = reader;
    this.#environment = environment;
    this.#readOnly = settings.readOnly;
    this.#leases = leases;
    this.#space = new Space(environment, settings, this.#leases);
    this.#committer = new Committer(environment, new Owners(environment.owners, settings.path), this.#space);
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
    return this.#claims.issue(await this.#committer.claim(new Uint8Array(partition), options.epochMin));
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

  assertRoom(setCount: number, setBytes: number): void {
    this.#assertOpen();
    this.#space.assertRoom(footprintMax(setCount, setBytes));
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
    if (this.#committer.isStuck) this.#environment.abandon();
    else await this.#environment.close();
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw closedError();
  }

  #assertWritable(): void {
    this.#assertOpen();
    if (this.#readOnly) throw new TypeError('the store was opened for reading only');
  }
}
