import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KeyspaceError } from '../../errors.js';

export const FORMAT_FILE = 'format.json';
export const DATA_FILE = 'data.mdb';
export const OWNERS_DATABASE = 'owners';
export const DATA_DATABASE = 'data';

const MAGIC = 'actor-keyspace.lmdb';
const FORMAT_VERSION = 1;
const FORMAT_BYTES_MAX = 4_096;

/**
 * A value of 4,064 bytes with its checksum fills one 4 KiB overflow page exactly; with 8 KiB pages it would
 * take double. Pinned, because LMDB's default follows the operating system.
 */
export const PAGE_BYTES = 4_096;

/**
 * The format record: UTF-8 JSON in a file of its own, so that a store of a newer format is told apart without
 * running the engine on its data.
 */
export function encodeFormat(): string {
  const format = { magic: MAGIC, formatVersion: FORMAT_VERSION, pageBytes: PAGE_BYTES, checksum: 'crc32' };
  return `${JSON.stringify(format, undefined, 2)}\n`;
}

/**
 * @throws {KeyspaceError} `store.not_recognised` if there is no format record of this library in the folder;
 * `store.version_unsupported` if it is newer; `store.corrupt` if it contradicts its own version.
 */
export async function assertFormat(folder: string): Promise<void> {
  const format = parse(await read(folder));
  if (format?.magic !== MAGIC) throw notRecognised(folder, `${FORMAT_FILE} is not a format record`);
  const { formatVersion } = format;
  if (typeof formatVersion !== 'number' || !Number.isSafeInteger(formatVersion) || formatVersion < 1) {
    throw corruptStore(folder, 'the format version is not a whole number');
  }
  if (formatVersion > FORMAT_VERSION) {
    throw new KeyspaceError(
      'store.version_unsupported',
      `the store has format ${formatVersion}, this library knows formats up to ${FORMAT_VERSION}`,
      { path: folder, formatVersion, formatVersionMax: FORMAT_VERSION },
    );
  }
  if (format.pageBytes !== PAGE_BYTES || format.checksum !== 'crc32') {
    throw corruptStore(folder, 'the format record contradicts its version');
  }
}

async function read(folder: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(join(folder, FORMAT_FILE));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw notRecognised(folder, `there is no ${FORMAT_FILE}`);
    if (code === 'ENOTDIR') throw notRecognised(folder, 'not a folder');
    if (code === 'EISDIR') throw notRecognised(folder, `${FORMAT_FILE} is a folder`);
    throw new KeyspaceError(
      'store.failed',
      'the format record cannot be read',
      { operation: 'open' },
      { cause: error },
    );
  }
  if (bytes.length > FORMAT_BYTES_MAX) throw notRecognised(folder, `${FORMAT_FILE} is not a format record`);
  return bytes.toString('utf8');
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function notRecognised(path: string, reason: string): KeyspaceError<'store.not_recognised'> {
  return new KeyspaceError('store.not_recognised', `not a store of this library: ${reason}`, {
    path,
    reason,
  });
}

export function corruptStore(path: string, reason: string, cause?: unknown): KeyspaceError<'store.corrupt'> {
  return new KeyspaceError(
    'store.corrupt',
    `the store's file is damaged: ${reason}`,
    { path, reason },
    { cause },
  );
}
