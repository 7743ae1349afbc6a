import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createDatabases } from './environment.js';
import { buildFolder, flushEntries, isVacant } from './folders.js';
import { encodeFormat, FORMAT_FILE } from './format.js';

/**
 * Makes the store's folder, if there is none or an empty one.
 *
 * LMDB crashes on a file whose creation was cut short, so the store appears whole. Of processes that create at
 * once one wins, and the others use its store. Whoever uses it flushes the folders' entries first: the one that
 * made them may have died before it did.
 *
 * @throws {KeyspaceError} `store.failed` or `store.full`.
 */
export async function ensureCreated(folder: string): Promise<void> {
  if (await isVacant(folder)) {
    try {
      return await buildFolder(folder, async (building) => {
        await createDatabases(building);
        await writeFile(join(building, FORMAT_FILE), encodeFormat());
      });
    } catch (error) {
      if (await isVacant(folder)) throw error;
    }
  }
  await flushEntries(dirname(folder));
}
