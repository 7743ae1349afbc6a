import { realpath, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { KeyspaceError } from '../../errors.js';
import { assertDataFile } from './data-file.js';
import type { Environment } from './environment.js';
import { engineFailure, fullError } from './failure.js';
import { buildFolder, isVacant } from './folders.js';
import { DATA_FILE, encodeFormat, FORMAT_FILE } from './format.js';
import { diskFreeBytes, isDiskFull, type Space } from './space.js';

export interface LmdbBackupOptions {
  /** Ends it with the signal's reason, and nothing left of the copy. */
  readonly signal?: AbortSignal | undefined;
  /** Called when it begins, some times a second, and when the copy is written. What it throws ends the backup. */
  readonly onProgress?: ((progress: LmdbBackupProgress) => void) | undefined;
}

export interface LmdbBackupProgress {
  readonly writtenBytes: number;
  /** An estimate until the end, since others may write meanwhile. */
  readonly totalBytes: number;
}

const PROGRESS_MS = 200;

/** Compacted copies of an open store. */
export class Backups {
  readonly #environment: Environment;
  readonly #space: Space;
  /** The store's folder. */
  readonly #folder: string;
  /** Backups, and copies that the engine still writes for aborted ones. */
  readonly #running = new Set<Promise<unknown>>();

  constructor(environment: Environment, space: Space, folder: string) {
    this.#environment = environment;
    this.#space = space;
    this.#folder = folder;
  }

  /** As `LmdbStore.backup`. */
  async run(path: string, options: LmdbBackupOptions): Promise<void> {
    const { signal, onProgress } = options;
    if (signal !== undefined && !(signal instanceof AbortSignal))
      throw new TypeError('signal must be an AbortSignal');
    if (onProgress !== undefined && typeof onProgress !== 'function') {
      throw new TypeError('onProgress must be a function');
    }
    assertPath(path);
    return this.#track(this.#run(path, options));
  }

  /** Resolves when nothing reads the environment any more. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  async #run(path: string, { signal, onProgress }: LmdbBackupOptions): Promise<void> {
    signal?.throwIfAborted();
    const target = await targetOf(path, this.#folder);
    try {
      if (!(await isVacant(target))) throw occupied();
      await buildFolder(target, async (building) => {
        await this.#copy(building, signal, onProgress);
        assertDataFile(building);
        await writeFile(join(building, FORMAT_FILE), encodeFormat());
        if (signal?.aborted) throw new Interruption(signal.reason);
      });
    } catch (error) {
      if (error instanceof Interruption) throw error.cause;
      // Of two with one target, the other came first.
      if (OCCUPIED.has((error as NodeJS.ErrnoException).code)) throw occupied(error);
      throw engineFailure('back up', error);
    }
  }

  async #copy(
    building: string,
    signal: AbortSignal | undefined,
    onProgress: LmdbBackupOptions['onProgress'],
  ): Promise<void> {
    const { usedBytes, reserveBytes } = this.#space.stats();
    assertRoom(building, usedBytes, reserveBytes);
    const tell = (writtenBytes: number, totalBytes: number) => {
      try {
        onProgress?.({ writtenBytes, totalBytes });
      } catch (error) {
        throw new Interruption(error);
      }
    };
    tell(0, usedBytes);
    const file = join(building, DATA_FILE);
    const copied = this.#track(this.#environment.copyTo(building));
    try {
      await watched(copied, signal, async (isOver) => {
        const writtenBytes = await fileBytes(file);
        if (!isOver()) tell(writtenBytes, Math.max(writtenBytes, usedBytes));
      });
    } catch (error) {
      if (error instanceof Interruption) await discard(building, copied);
      // The engine tells of it in words alone.
      else if (isDiskFull(building)) throw fullError(error);
      throw error;
    }
    const writtenBytes = await fileBytes(file);
    tell(writtenBytes, writtenBytes);
  }

  #track<T>(work: Promise<T>): Promise<T> {
    const done = () => {
      this.#running.delete(work);
    };
    this.#running.add(work);
    work.then(done, done);
    return work;
  }
}

/** The caller's reason, as `cause`, why a backup does not go on. */
class Interruption extends Error {
  constructor(cause: unknown) {
    super('interrupted', { cause });
  }
}

const OCCUPIED: ReadonlySet<unknown> = new Set(['ENOTEMPTY', 'EEXIST']);

function assertPath(path: string): void {
  if (typeof path === 'string' && path !== '' && !path.includes('\0')) return;
  throw new TypeError('path must be a non-empty string without NUL');
}

/** The folder itself, whatever links lead to it. @throws {RangeError} If it is the store's, or in it. */
async function targetOf(path: string, storeFolder: string): Promise<string> {
  const [target, store] = await Promise.all([followed(resolve(path)), followed(storeFolder)]);
  if (`${target}${sep}`.startsWith(`${store}${sep}`))
    throw new RangeError("path lies in the store's own folder");
  return target;
}

/** The path without links, as far as it is there. */
async function followed(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(await followed(parent), basename(path));
  }
}

/** The copy has what is in use. Where it shares its disk with a store, that one has to go on too. */
function assertRoom(folder: string, neededBytes: number, reserveBytes: number): void {
  const diskBytes = diskFreeBytes(folder);
  if (neededBytes + reserveBytes <= diskBytes) return;
  throw new KeyspaceError(
    'store.full',
    `the copy needs up to ${neededBytes} bytes, the disk has ${diskBytes} and keeps ${reserveBytes}`,
    { neededBytes },
  );
}

/**
 * Settles as `work` does, or before it once the signal aborts or `watch`, called some times a second, fails.
 *
 * @throws {Interruption}
 */
async function watched(
  work: Promise<void>,
  signal: AbortSignal | undefined,
  watch: (isOver: () => boolean) => Promise<void>,
): Promise<void> {
  const end = new AbortController();
  try {
    await new Promise<void>((resolve, reject) => {
      work.then(resolve, reject);
      const abort = () => reject(new Interruption(signal?.reason));
      if (signal?.aborted) abort();
      signal?.addEventListener('abort', abort, { signal: end.signal });
      const timer = setInterval(() => watch(() => end.signal.aborted).catch(reject), PROGRESS_MS);
      end.signal.addEventListener('abort', () => clearInterval(timer));
    });
  } finally {
    end.abort();
  }
}

/** Removes what the engine still writes to, at once or, on a system that does not allow it, when it has ended. */
async function discard(building: string, copied: Promise<void>): Promise<void> {
  await rm(building, { recursive: true, force: true }).catch(() => copied.catch(() => {}));
}

/** Length of a file that may not be there yet. */
async function fileBytes(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

function occupied(cause?: unknown): KeyspaceError<'store.failed'> {
  const message = 'the folder for the backup is there and not empty';
  return new KeyspaceError('store.failed', message, { operation: 'back up' }, { cause });
}
