import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { engineFailure } from './failure.js';
import { corruptStore, DATA_FILE, PAGE_BYTES } from './format.js';
import { findMissingPage } from './pages.js';

const META_PAGES = 2;
const MAGIC = 0xbeefc0de;
const DATA_VERSION = 2;
const META_FLAG = 0x08;

/** Offsets in a meta page of LMDB's data format 2 on a 64-bit little-endian machine. */
const META = {
  flags: 18,
  magic: 24,
  version: 28,
  pageBytes: 48,
  freeRoot: 88,
  mainRoot: 136,
  lastPage: 144,
  transaction: 152,
} as const;

interface Meta {
  readonly roots: readonly bigint[];
  readonly lastPage: bigint;
  readonly transaction: bigint;
}

/**
 * Checks of the data file what would otherwise end the process: the engine maps the file into memory, and
 * touching a page beyond its end is a fatal signal.
 *
 * Reads two pages of a file that is as long as its newest transaction says. One that is shorter may still be
 * whole (pages freed in the transaction that added them are never written): then every tree page is read.
 *
 * @throws {KeyspaceError} `store.corrupt`; `store.failed` if the file cannot be read.
 */
export function assertDataFile(folder: string): void {
  let file: number;
  try {
    file = openSync(join(folder, DATA_FILE), 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw corruptStore(folder, `there is no ${DATA_FILE}`);
    throw engineFailure('open', error);
  }
  try {
    assertPages(folder, file);
  } catch (error) {
    throw engineFailure('open', error);
  } finally {
    closeSync(file);
  }
}

function assertPages(folder: string, file: number): void {
  const fileBytes = fstatSync(file).size;
  if (fileBytes < META_PAGES * PAGE_BYTES) {
    throw corruptStore(
      folder,
      `${DATA_FILE} has ${fileBytes} bytes, at least ${META_PAGES * PAGE_BYTES} are needed`,
    );
  }
  const readPage = (page: number): Buffer => {
    const bytes = Buffer.allocUnsafe(PAGE_BYTES);
    readSync(file, bytes, 0, PAGE_BYTES, page * PAGE_BYTES);
    return bytes;
  };
  const [first, second] = [readMeta(folder, readPage(0)), readMeta(folder, readPage(1))];
  const { roots, lastPage } = first.transaction >= second.transaction ? first : second;
  const filePages = Math.floor(fileBytes / PAGE_BYTES);
  if (lastPage < filePages) return;
  const problem = findMissingPage(roots, filePages, readPage);
  if (problem !== undefined) throw corruptStore(folder, `${DATA_FILE} has ${fileBytes} bytes, ${problem}`);
}

function readMeta(folder: string, page: Buffer): Meta {
  if (
    (page.readUInt16LE(META.flags) & META_FLAG) === 0 ||
    page.readUInt32LE(META.magic) !== MAGIC ||
    page.readUInt16LE(META.version) !== DATA_VERSION
  ) {
    throw corruptStore(folder, `a meta page of ${DATA_FILE} is not one`);
  }
  const pageBytes = page.readUInt32LE(META.pageBytes);
  if (pageBytes !== PAGE_BYTES)
    throw corruptStore(folder, `pages have ${pageBytes} bytes, not ${PAGE_BYTES}`);
  return {
    roots: [page.readBigUInt64LE(META.freeRoot), page.readBigUInt64LE(META.mainRoot)],
    lastPage: page.readBigUInt64LE(META.lastPage),
    transaction: page.readBigUInt64LE(META.transaction),
  };
}
