import { randomUUID } from 'node:crypto';
import { mkdir, open as openFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createDatabases } from './environment.js';
import { DATA_FILE, encodeFormat, FORMAT_FILE } from './format.js';

/** A creation takes milliseconds; what is this old was left behind by a process that died in one. */
const LEFTOVER_MS = 60 * 60 * 1_000;

/**
 * Makes the store's folder, if there is none or an empty one (which is replaced, so it cannot be a mount point).
 *
 * LMDB crashes on a file whose creation was cut short, so the store is built beside its place, flushed and
 * renamed into it. Of processes that create at once one wins, and the others use its store. Whoever uses it
 * flushes the folders' entries first: the one that made them may have died before it did.
 *
 * @throws {KeyspaceError} `store.failed` or `store.full`.
 */
export async function ensureCreated(folder: string): Promise<void> {
  const parent = dirname(folder);
  if (!(await isVacant(folder))) return flushEntries(parent);
  await makeFolders(parent);
  const prefix = `.${basename(folder)}.creating-`;
  await removeLeftovers(parent, prefix);
  const building = join(parent, prefix + randomUUID());
  await mkdir(building);
  try {
    await createDatabases(building);
    await writeFile(join(building, FORMAT_FILE), encodeFormat());
    for (const path of [join(building, DATA_FILE), join(building, FORMAT_FILE), building]) await flush(path);
    await rename(building, folder);
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    if (await isVacant(folder)) throw error;
  }
  await flushEntries(parent);
}

async function isVacant(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length === 0;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return true;
    // A file in the folder's place, or a folder that may not be read: opening it tells what is wrong.
    return false;
  }
}

/** By hand: the recursive `mkdir` of Node 20 never ends where a folder cannot be made. */
async function makeFolders(folder: string): Promise<void> {
  const parent = dirname(folder);
  const code = await makeFolder(folder);
  if (code !== 'ENOENT' || parent === folder) return;
  await makeFolders(parent);
  await makeFolder(folder, true);
}

/** @returns The code of the error that kept it from being made. */
async function makeFolder(folder: string, required = false): Promise<string | undefined> {
  try {
    await mkdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !required) return code;
    if (code !== 'EEXIST') throw error;
  }
  await flushEntries(dirname(folder));
  return undefined;
}

async function removeLeftovers(parent: string, prefix: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const path = join(parent, name);
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > LEFTOVER_MS) await rm(path, { recursive: true, force: true });
  }
}

/** A folder that may be used may still not be read: then whoever made the entry has to flush it. */
async function flushEntries(folder: string): Promise<void> {
  try {
    await flush(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
  }
}

async function flush(path: string): Promise<void> {
  const handle = await openFile(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
