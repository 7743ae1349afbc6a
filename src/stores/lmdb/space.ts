import { statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { KeyspaceError } from '../../errors.js';
import type { Environment } from './environment.js';
import { engineFailure } from './failure.js';
import { DATA_FILE, PAGE_BYTES } from './format.js';
import type { Settings } from './options.js';

/** Sizes in bytes. */
export interface LmdbStats {
  readonly pageBytes: number;
  /** Pages that hold something. What `storeBytesMax` limits. */
  readonly usedBytes: number;
  /** The file never shrinks: what is not used of it is used again. */
  readonly fileBytes: number;
  /** Free on the file system, for this process. */
  readonly diskFreeBytes: number;
}

/** How long a measurement is trusted while it promises room: other processes use the same disk. */
const MEASURED_MS = 100;

/** Less than this is left of a disk that a write did not fit on. */
const DISK_FULL_BYTES = 1024 * 1024;

/** The two meta pages. */
const META_PAGES = 2;

/** Splits and page boundaries: what is written takes up to about twice its length. */
const PAGES_FACTOR = 2;

/**
 * Refuses sets before the store or the disk is full, because then deletes fail too. An estimate: measuring
 * takes longer than a commit may, so commits draw on the last measurement.
 */
export class Space {
  readonly #environment: Environment;
  readonly #settings: Settings;
  /** Bytes of admitted commits that have not settled: a measurement may not see them. */
  #pendingBytes = 0;
  #roomBytes = 0;
  #measuredAtMs = Number.NEGATIVE_INFINITY;

  constructor(environment: Environment, settings: Settings) {
    this.#environment = environment;
    this.#settings = settings;
  }

  /**
   * Takes room for a commit that sets so many bytes.
   *
   * @returns What to {@link release} when it has settled.
   * @throws {KeyspaceError} `store.full`.
   */
  admit(setBytes: number): number {
    const neededBytes = this.assertRoom(setBytes);
    this.#roomBytes -= neededBytes;
    this.#pendingBytes += neededBytes;
    return neededBytes;
  }

  release(neededBytes: number): void {
    this.#pendingBytes -= neededBytes;
  }

  /** @throws {KeyspaceError} `store.full`. */
  assertRoom(setBytes: number): number {
    if (setBytes === 0) return 0;
    const neededBytes = PAGES_FACTOR * setBytes;
    const nowMs = performance.now();
    if (neededBytes > this.#roomBytes || nowMs - this.#measuredAtMs > MEASURED_MS) {
      this.#measure(neededBytes);
      this.#measuredAtMs = nowMs;
    }
    return neededBytes;
  }

  isDiskFull(): boolean {
    try {
      return this.#stats().diskFreeBytes < DISK_FULL_BYTES;
    } catch {
      return false;
    }
  }

  /** @throws {KeyspaceError} `store.failed`. */
  stats(): LmdbStats {
    try {
      return this.#stats();
    } catch (error) {
      throw engineFailure('measure', error);
    }
  }

  #stats(): LmdbStats {
    const { data, owners } = this.#environment;
    const stats = data.getStats();
    let pages = META_PAGES;
    for (const tree of [stats, owners.getStats(), stats.root, stats.free]) {
      pages += tree.treeBranchPageCount + tree.treeLeafPageCount + tree.overflowPages;
    }
    const { path } = this.#settings;
    const { bavail, bsize } = statfsSync(path);
    return {
      pageBytes: PAGE_BYTES,
      usedBytes: pages * PAGE_BYTES,
      fileBytes: statSync(join(path, DATA_FILE)).size,
      diskFreeBytes: bavail * bsize,
    };
  }

  #measure(neededBytes: number): void {
    const { storeBytesMax, reserveBytes } = this.#settings;
    const { usedBytes, fileBytes, diskFreeBytes } = this.stats();
    const storeRoom = storeBytesMax - usedBytes - this.#pendingBytes;
    const diskRoom = diskFreeBytes + (fileBytes - usedBytes) - reserveBytes - this.#pendingBytes;
    this.#roomBytes = Math.min(storeRoom, diskRoom);
    if (neededBytes > storeRoom) {
      throw new KeyspaceError(
        'store.full',
        `the store uses ${usedBytes} bytes and the commit needs up to ${neededBytes}, the limit is ${storeBytesMax}`,
        { usedBytes, neededBytes, storeBytesMax },
      );
    }
    if (neededBytes > diskRoom) {
      throw new KeyspaceError(
        'store.full',
        `the commit needs up to ${neededBytes} bytes, the disk has ${diskFreeBytes} and keeps ${reserveBytes}`,
        { usedBytes, neededBytes },
      );
    }
  }
}
