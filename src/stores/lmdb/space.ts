import { statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { KeyspaceError } from '../../errors.js';
import type { Environment } from './environment.js';
import { engineFailure } from './failure.js';
import { DATA_FILE, PAGE_BYTES } from './format.js';
import type { Leases } from './leases.js';
import type { Settings } from './options.js';

/** Sizes in bytes. */
export interface SpaceStats {
  readonly pageBytes: number;
  /** Pages that hold something. What `storeBytesMax` limits. */
  readonly usedBytes: number;
  /** The file never shrinks: what is not used of it is used again. */
  readonly fileBytes: number;
  /** Free on the file system, for this process. */
  readonly diskFreeBytes: number;
  /** As the store was opened; `Infinity` for no limit but the disk. */
  readonly storeBytesMax: number;
  /** As the store was opened. */
  readonly reserveBytes: number;
  /** What sets may still take, of the limit and of the disk: an estimate, in pages. */
  readonly roomBytes: number;
}

type Measured = Pick<SpaceStats, 'usedBytes' | 'fileBytes' | 'diskFreeBytes'>;

/** How long a measurement is trusted while it promises room: other processes use the same disk. */
const MEASURED_MS = 100;

/** Less than this is left of a disk that a write did not fit on. */
const DISK_FULL_BYTES = 1024 * 1024;

/** The two meta pages. */
const META_PAGES = 2;

/**
 * Refuses sets before the store or the disk is full, because then deletes fail too. An estimate: measuring
 * takes longer than a commit may, so commits draw on the last measurement.
 */
export class Space {
  readonly #environment: Environment;
  readonly #settings: Settings;
  readonly #leases: Leases;
  /** Bytes of admitted commits that have not settled: a measurement may not see them. */
  #pendingBytes = 0;
  #roomBytes = 0;
  #measuredAtMs = Number.NEGATIVE_INFINITY;

  constructor(environment: Environment, settings: Settings, leases: Leases) {
    this.#environment = environment;
    this.#settings = settings;
    this.#leases = leases;
  }

  /**
   * Takes room for a commit or claim, to be given back by {@link release} when it has settled.
   *
   * @param neededBytes Its footprint; 0 is always admitted.
   * @throws {KeyspaceError} `store.full`; `store.failed`.
   */
  admit(neededBytes: number): void {
    this.assertRoom(neededBytes);
    this.#roomBytes -= neededBytes;
    this.#pendingBytes += neededBytes;
  }

  release(neededBytes: number): void {
    this.#pendingBytes -= neededBytes;
  }

  /** @throws {KeyspaceError} `store.full`; `store.failed`. */
  assertRoom(neededBytes: number): void {
    if (neededBytes === 0) return;
    const nowMs = this.#settings.clock.monotonicMs();
    if (neededBytes > this.#roomBytes || nowMs - this.#measuredAtMs > MEASURED_MS) {
      this.#refresh(neededBytes);
      this.#measuredAtMs = nowMs;
    }
  }

  isDiskFull(): boolean {
    try {
      return isDiskFull(this.#settings.path);
    } catch {
      return false;
    }
  }

  /** @throws {KeyspaceError} `store.failed`. */
  stats(): SpaceStats {
    this.#leases.expire();
    const measured = this.#measure();
    const { storeRoom, diskRoom } = this.#rooms(measured);
    const { storeBytesMax, reserveBytes } = this.#settings;
    const roomBytes = Math.max(0, Math.min(storeRoom, diskRoom));
    return { pageBytes: PAGE_BYTES, ...measured, storeBytesMax, reserveBytes, roomBytes };
  }

  /** Every page that holds something. */
  #measure(): Measured {
    try {
      const { data, owners } = this.#environment;
      const stats = data.getStats();
      let pages = META_PAGES;
      for (const tree of [stats, owners.getStats(), stats.root, stats.free]) {
        pages += tree.treeBranchPageCount + tree.treeLeafPageCount + tree.overflowPages;
      }
      const { path } = this.#settings;
      return {
        usedBytes: pages * PAGE_BYTES,
        fileBytes: statSync(join(path, DATA_FILE)).size,
        diskFreeBytes: diskFreeBytes(path),
      };
    } catch (error) {
      throw engineFailure('measure', error);
    }
  }

  #rooms({ usedBytes, fileBytes, diskFreeBytes }: Measured) {
    const { storeBytesMax, reserveBytes } = this.#settings;
    // Pages that an open lease may still read are not used again.
    const reusableBytes = this.#leases.isEmpty ? fileBytes - usedBytes : 0;
    return {
      storeRoom: storeBytesMax - usedBytes - this.#pendingBytes,
      diskRoom: diskFreeBytes + reusableBytes - reserveBytes - this.#pendingBytes,
    };
  }

  #refresh(footprintBytes: number): void {
    const neededBytes = Math.ceil(footprintBytes);
    const { storeBytesMax, reserveBytes } = this.#settings;
    this.#leases.expire();
    const measured = this.#measure();
    const { usedBytes, diskFreeBytes } = measured;
    const { storeRoom, diskRoom } = this.#rooms(measured);
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

/** Free on the file system of a folder, for this process. */
export function diskFreeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

export function isDiskFull(folder: string): boolean {
  return diskFreeBytes(folder) < DISK_FULL_BYTES;
}
