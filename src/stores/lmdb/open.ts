import { ensureCreated } from './create.js';
import { assertDataFile } from './data-file.js';
import { openEnvironment } from './environment.js';
import { engineFailure } from './failure.js';
import { assertFormat } from './format.js';
import { type LmdbStoreOptions, readOptions } from './options.js';
import { type LmdbStore, OpenLmdbStore } from './store.js';

/**
 * Opens the store in a folder, and makes it if there is none.
 *
 * Any number of processes may have it open; within one process open it once and share it. A process sees what
 * others have committed from its next turn of the event loop on, so that a loop that waits for it must yield
 * (to timers or `setImmediate`, not only to promises). The folder must be
 * on a local disk: a network file system has neither the locks nor the shared memory it takes.
 *
 * @throws {KeyspaceError} `store.not_recognised` if something else is there, or nothing and it is to be read
 * only; `store.version_unsupported`; `store.corrupt`; `store.full`; `store.failed`.
 * @throws {TypeError | RangeError} On options of the wrong type or out of range.
 *
 * @example
 * const store = await openLmdbStore({ path: './actors' });
 */
export async function openLmdbStore(options: LmdbStoreOptions): Promise<LmdbStore> {
  const settings = readOptions(options);
  const { path, readOnly } = settings;
  if (!readOnly) {
    await ensureCreated(path).catch((error: unknown) => {
      throw engineFailure('create', error);
    });
  }
  await assertFormat(path);
  assertDataFile(path);
  return new OpenLmdbStore(await openEnvironment(path, readOnly), settings);
}
