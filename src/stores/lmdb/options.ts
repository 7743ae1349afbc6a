import { resolve } from 'node:path';
import { type Clock, systemClock } from '../../clock.js';

export interface LmdbStoreOptions {
  /**
   * The store's folder. It is created if it does not exist or is empty, with missing parents. It holds
   * `format.json`, LMDB's `data.mdb` and its `lock.mdb`; move or copy it as a whole, while nobody has it open.
   */
  readonly path: string;
  /**
   * Sets, and first claims of a partition, are refused (`store.full`) once the pages in use would exceed this.
   * Default: no limit but the disk.
   */
  readonly storeBytesMax?: number | undefined;
  /** Free disk space that sets leave untouched, so that deletes, which need space too, go on. Default 16 MiB. */
  readonly reserveBytes?: number | undefined;
  /**
   * How long a snapshot or scan may be read, in milliseconds; then it is `snapshot.expired`. While one is open
   * the file grows by all that is written. A whole number of 1 or more, or `Infinity`; default 60,000.
   */
  readonly snapshotMsMax?: number | undefined;
  /** Open an existing store for reading: `claim` and `commit` are a `TypeError`. Default false. */
  readonly readOnly?: boolean | undefined;
  /** What the age of snapshots, and of what is known of free space, is measured with. Default: the system's. */
  readonly clock?: Clock | undefined;
}

const RESERVE_BYTES = 16 * 1024 * 1024;
const SNAPSHOT_MS_MAX = 60_000;

export interface Settings {
  readonly path: string;
  readonly storeBytesMax: number;
  readonly reserveBytes: number;
  readonly snapshotMsMax: number;
  readonly readOnly: boolean;
  readonly clock: Clock;
}

/** @throws {TypeError | RangeError} On an option of the wrong type or out of range. */
export function readOptions(options: LmdbStoreOptions): Settings {
  const { path, storeBytesMax = Number.POSITIVE_INFINITY, reserveBytes = RESERVE_BYTES } = options;
  const { snapshotMsMax = SNAPSHOT_MS_MAX, readOnly = false, clock = systemClock } = options;
  if (typeof path !== 'string' || path === '' || path.includes('\0')) {
    throw new TypeError('path must be a non-empty string without NUL');
  }
  if (storeBytesMax !== Number.POSITIVE_INFINITY) assertWhole(storeBytesMax, 0, 'storeBytesMax');
  assertWhole(reserveBytes, 0, 'reserveBytes');
  if (snapshotMsMax !== Number.POSITIVE_INFINITY) assertWhole(snapshotMsMax, 1, 'snapshotMsMax');
  if (typeof readOnly !== 'boolean') throw new TypeError('readOnly must be a boolean');
  if (typeof clock?.monotonicMs !== 'function') throw new TypeError('clock must be a Clock');
  return { path: resolve(path), storeBytesMax, reserveBytes, snapshotMsMax, readOnly, clock };
}

function assertWhole(value: number, least: number, name: string): void {
  if (!(Number.isSafeInteger(value) && value >= least)) {
    throw new RangeError(`${name} must be a whole number of ${least} or more, not ${String(value)}`);
  }
}
