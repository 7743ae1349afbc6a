import { randomUUID } from 'node:crypto';
import { mkdir, open as openFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** What nothing was written to for so long was left behind by a process that died. */
const LEFTOVER_MS = 60 * 60 * 1_000;

/** Whether a new folder can take this place: nothing is there, or an empty folder. */
export async function isVacant(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length === 0;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return true;
    // A file in the folder's place, or a folder that may not be read: opening it tells what is wrong.
    return false;
  }
}

/**
 * Makes a folder whole or not at all: it is filled beside its place, flushed and renamed into it. An empty folder
 * in its place is replaced, so it cannot be a mount point. Missing parents are made.
 *
 * @param fill Is given the folder to fill; all that it puts there is flushed.
 * @throws What `fill` or the file system throws, with nothing left behind.
 */
export async function buildFolder(folder: string, fill: (building: string) => Promise<void>): Promise<void> {
  const parent = dirname(folder);
  await makeFolders(parent);
  const prefix = `.${basename(folder)}.creating-`;
  await removeLeftovers(parent, prefix);
  const building = join(parent, prefix + randomUUID());
  await mkdir(building);
  try {
    await fill(building);
    for (const name of await readdir(building)) await flush(join(building, name));
    await flush(building);
    await rename(building, folder);
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    throw error;
  }
  await flushEntries(parent);
}

/** A folder that may be used may still not be read: then whoever made the entry has to flush it. */
export async function flushEntries(folder: string): Promise<void> {
  try {
    await flush(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
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
    if (Date.now() - (await writtenAtMs(path)) > LEFTOVER_MS) {
      await rm(path, { recursive: true, force: true });
    }
  }
}

/** When a folder or a file in it was last written to; now, if it is just being renamed or removed. */
async function writtenAtMs(folder: string): Promise<number> {
  try {
    const paths = [folder, ...(await readdir(folder)).map((name) => join(folder, name))];
    const times = await Promise.all(paths.map(async (path) => (await stat(path)).mtimeMs));
    return Math.max(...times);
  } catch {
    return Date.now();
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
