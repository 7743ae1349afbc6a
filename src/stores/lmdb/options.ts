import { resolve } from 'node:path';

export interface LmdbStoreOptions {
  /**
   * The store's folder. It is created if it does not exist or is empty, with missing parents. It holds
   * `format.json`, LMDB's `data.mdb` and its `lock.mdb`; move or copy it as a whole, while nobody has it open.
   */
  readonly path: string;
  /** Sets are refused (`store.full`) once the pages in use would exceed this. Default: no limit but the disk. */
  readonly storeBytesMax?: number | undefined;
  /** Free disk space that sets leave untouched, so that deletes, which need space too, go on. Default 16 MiB. */
  readonly reserveBytes?: number | undefined;
  /** Open an existing store for reading: `claim` and `commit` are a `TypeError`. Default false. */
  readonly readOnly?: boolean | undefined;
}

const RESERVE_BYTES = 16 * 1024 * 1024;

export interface Settings {
  readonly path: string;
  readonly storeBytesMax: number;
  readonly reserveBytes: number;
  readonly readOnly: boolean;
}

/** @throws {TypeError | RangeError} On an option of the wrong type or out of range. */
export function readOptions(options: LmdbStoreOptions): Settings {
  const { path, storeBytesMax = Number.POSITIVE_INFINITY, reserveBytes = RESERVE_BYTES } = options;
  const { readOnly = false } = options;
  if (typeof path !== 'string' || path === '' || path.includes('\0')) {
    throw new TypeError('path must be a non-empty string without NUL');
  }
  if (storeBytesMax !== Number.POSITIVE_INFINITY) assertByteCount(storeBytesMax, 'storeBytesMax');
  assertByteCount(reserveBytes, 'reserveBytes');
  if (typeof readOnly !== 'boolean') throw new TypeError('readOnly must be a boolean');
  return { path: resolve(path), storeBytesMax, reserveBytes, readOnly };
}

function assertByteCount(bytes: number, name: string): void {
  if (!(Number.isSafeInteger(bytes) && bytes >= 0)) {
    throw new RangeError(`${name} must be a whole number of 0 or more, not ${String(bytes)}`);
  }
}
