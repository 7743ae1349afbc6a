import type { ActorAccess, ActorWrites } from '../actor/index.js';
import { copyBytes } from '../bytes/index.js';
import { KeyspaceError } from '../errors.js';
import { decodeKey, SQLITE_CHUNK_BYTES, SQLITE_FILE_TAG, sqliteChunk, sqliteMeta } from '../layout/index.js';
import { fileMetaPayload } from '../values/index.js';
import { Connection } from './connection.js';
import { refused } from './failure.js';
import { all } from './operations.js';
import { DatabaseFiles, type FilesView } from './vfs/database-files.js';
import type { Engine } from './wasm/engine.js';
import { isTrap } from './wasm/trap.js';

const MAGIC = 'SQLite format 3\0';
const HEADER_BYTES = 100;
/** Two bytes of the header that say whether there may be a write-ahead log. */
const JOURNAL_MODE_AT = 18;
const MAIN = SQLITE_FILE_TAG.main;
const META_KEY = sqliteMeta.encode({ fileTag: MAIN });

/**
 * The database file of an actor, as one moment had it.
 *
 * @returns A new array the caller owns; empty if there is no database.
 * @throws {KeyspaceError} `sqlite.corrupt` if chunks are missing at its end; `sqlite.refused` if its writer left
 * a journal or write-ahead log behind; `value.malformed`; what the store throws.
 */
export async function readImage(access: ActorAccess): Promise<Uint8Array> {
  const { begin } = sqliteMeta.range();
  const { end } = sqliteChunk.range({ fileTag: MAIN });
  const chunks: { readonly chunkIndex: number; readonly value: Uint8Array }[] = [];
  let fileBytes = 0;
  for await (const { key, value } of access.scan({ begin, end })) {
    if (decodeKey(key).family === sqliteChunk.name) {
      chunks.push({ chunkIndex: sqliteChunk.decode(key).chunkIndex, value });
      continue;
    }
    const { fileTag } = sqliteMeta.decode(key);
    const bytes = fileMetaPayload.decode(value).fileBytes;
    if (fileTag === MAIN) fileBytes = bytes;
    else if (bytes > 0) throw refused('the database has a journal that was not rolled back');
  }
  const last = chunks.at(-1)?.chunkIndex ?? -1;
  if (fileBytes > (last + 1) * SQLITE_CHUNK_BYTES) throw corrupt('chunks are missing at the end of the file');
  const image = new Uint8Array(fileBytes);
  for (const { chunkIndex, value } of chunks) {
    const at = chunkIndex * SQLITE_CHUNK_BYTES;
    if (at < fileBytes) image.set(value.subarray(0, fileBytes - at), at);
  }
  return image;
}

/**
 * Checks a database file that comes from elsewhere.
 *
 * @returns A copy of it that can be written into an actor.
 * @throws {KeyspaceError} `sqlite.corrupt`.
 */
export function checkImage(engine: Engine, bytes: Uint8Array, nowMs: () => number): Uint8Array {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('a database must be a Uint8Array');
  const image = copyBytes(bytes);
  assertHeader(image);
  // One that may have had a write-ahead log comes without it, and is whole as it is.
  image.fill(1, JOURNAL_MODE_AT, JOURNAL_MODE_AT + 2);
  try {
    const found = withImage(engine, image, nowMs, (connection) =>
      all(connection, 'PRAGMA quick_check(1)', [], true),
    ) as unknown[][];
    if (found[0]?.[0] !== 'ok') throw corrupt('its pages or rows do not fit together');
    return image;
  } catch (error) {
    if (error instanceof KeyspaceError && error.code === 'sqlite.corrupt') throw error;
    throw new KeyspaceError(
      'sqlite.corrupt',
      'the database cannot be read',
      { reason: 'it cannot be read' },
      { cause: error },
    );
  }
}

/** Runs `use` on the database file, which it cannot change. @throws What it throws. */
export function withImage<T>(
  engine: Engine,
  image: Uint8Array,
  nowMs: () => number,
  use: (connection: Connection) => T,
): T {
  const files = new DatabaseFiles(engine.nextName());
  files.enter(viewOf(image, nowMs));
  engine.active = files;
  let connection: Connection | undefined;
  try {
    connection = new Connection(engine, files, { functions: [], settings: new Map() });
    return use(connection);
  } catch (error) {
    if (isTrap(error)) engine.broke();
    throw files.failure?.error ?? error;
  } finally {
    connection?.close();
    files.enter(undefined);
  }
}

/** Writes the database file over what there is. */
export function writeImage(writes: ActorWrites, image: Uint8Array): void {
  for (const fileTag of Object.values(SQLITE_FILE_TAG)) {
    writes.clearRange(sqliteChunk.range({ fileTag }));
    writes.delete(sqliteMeta.encode({ fileTag }));
  }
  for (let at = 0; at < image.length; at += SQLITE_CHUNK_BYTES) {
    const chunkIndex = at / SQLITE_CHUNK_BYTES;
    writes.set(sqliteChunk.encode({ fileTag: MAIN, chunkIndex }), image.slice(at, at + SQLITE_CHUNK_BYTES));
  }
  writes.set(META_KEY, fileMetaPayload.encode({ fileBytes: image.length }));
}

function assertHeader(image: Uint8Array): void {
  if (image.length < HEADER_BYTES) throw corrupt('it is shorter than a header');
  if (Buffer.from(image.subarray(0, MAGIC.length)).toString('latin1') !== MAGIC) {
    throw corrupt('it does not begin as a database does');
  }
  const written = ((image[16] as number) << 8) | (image[17] as number);
  const pageBytes = written === 1 ? 65_536 : written;
  const isPower = pageBytes >= 512 && (pageBytes & (pageBytes - 1)) === 0;
  if (!isPower) throw corrupt('its page size is none');
  if (image.length % pageBytes !== 0) throw corrupt('it does not end with a page');
}

function viewOf(image: Uint8Array, nowMs: () => number): FilesView {
  return {
    nowMs,
    get: (key) => {
      const { family } = decodeKey(key);
      if (family === sqliteMeta.name) {
        const isMain = sqliteMeta.decode(key).fileTag === MAIN;
        return isMain ? fileMetaPayload.encode({ fileBytes: image.length }) : undefined;
      }
      const at = sqliteChunk.decode(key).chunkIndex * SQLITE_CHUNK_BYTES;
      return image.subarray(at, at + SQLITE_CHUNK_BYTES);
    },
    accept: () => {
      throw new KeyspaceError('actor.read_only', 'the database is only read', {});
    },
  };
}

function corrupt(reason: string): KeyspaceError<'sqlite.corrupt'> {
  return new KeyspaceError('sqlite.corrupt', `the database is damaged or none: ${reason}`, { reason });
}
