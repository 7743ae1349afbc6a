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
import { Backups, type LmdbBackupOptions } from './backup.js';
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
import { Space } from './space.js';
import { type LmdbStats, readStats } from './stats.js';

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
 * Values are the caller's own arrays, but small ones may be views of one `buffer`, as Node's Buffers are.
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
  /**
   * Frees the places in the reader table of processes that ended without closing the store: until then, all that is
   * freed since they began to read is held back. Happens by itself at opening and every 30 seconds.
   *
   * @returns How many places there were.
   * @throws {KeyspaceError} `store.closed`; `store.failed`.
   */
  checkReaders(): number;
  /**
   * Makes a compact copy of the store, of one moment after the call, while reading and writing go on: entries, claims
   * and format, ready to be opened. It has no free pages, and appears whole or not at all.
   *
   * To put the copy in the store's place: close the store in every process, back it up, rename the folders, open it
   * again. What was committed after the copy was begun is only in the original. Epochs go on where the original's
   * were; its fences are not valid for the copy.
   *
   * Meanwhile space freed in the store is not used again, and one of Node's four worker threads is busy. Closing the
   * store waits for it. An aborted one rejects at once and the engine goes on in the background, writing to what is
   * removed already; closing waits for that too.
   *
   * @param path The copy's folder, not in the store's own. It must not exist, or be empty; missing parents are made.
   * @throws {KeyspaceError} `store.full` if the disk does not have the space used in this store and `reserveBytes`
   * more, or fills up meanwhile; `store.failed`, for example if the folder is not empty; `store.corrupt` if the copy
   * turns out incomplete; `store.closed`.
   * @throws {TypeError | RangeError} On an argument of the wrong type, or a path in the store's own folder.
   * @throws The signal's reason; what `onProgress` throws.
   */
  backup(path: string, options?: LmdbBackupOptions): Promise<void>;
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
  readonly #backups: Backups;
  #closing: Promise<void> | undefined;

  constructor(environment: Environment, settings: Settings) {
    const leases = new Leases(environment, settings.snapshotMsMax, settings.clock);
    const reader = new LmdbReader(leases);
    super(reader);
    this.sync = reader;
    this.#environment = environment;
    this.#readOnly = settings.readOnly;
    this.#leases = leases;
    this.#space = new Space(environment, settings, this.#leases);
    this.#committer = new Committer(environment, new Owners(environment.owners, settings.path), this.#space);
    this.#backups = new Backups(environment, this.#space, settings.path);
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
    return readStats(this.#environment, this.#space, this.#leases);
  }

  checkReaders(): number {
    this.#assertOpen();
    return this.#environment.checkReaders();
  }

  async backup(path: string, options: LmdbBackupOptions = {}): Promise<void> {
    this.#assertOpen();
    return this.#backups.run(path, options);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#leases.close();
    await Promise.all([this.#committer.idle(), this.#backups.idle()]);
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
