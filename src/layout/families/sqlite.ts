import { u8, u32be } from '../binary-fields.js';
import { LAYOUT_VERSION, NAMESPACE, SQLITE, SQLITE_FILE_TAG } from '../constants.js';
import { defineKey } from '../define.js';
import { nameOf } from '../wording.js';

const prefix = [NAMESPACE.sqlite, LAYOUT_VERSION.sqlite] as const;

/** 0 main, 1 journal, 2 write-ahead log, 3 shared memory. */
export const fileTag = u8(SQLITE_FILE_TAG.main, SQLITE_FILE_TAG.shm);

const FILE_WORDS: Readonly<Record<string, string>> = {
  main: 'the main database file',
  journal: 'the rollback journal',
  wal: 'the write-ahead log',
  shm: 'the shared-memory file',
};

export function fileText(tag: number): string {
  return FILE_WORDS[nameOf(SQLITE_FILE_TAG, tag)] ?? `file ${tag}`;
}

export type SqliteMetaKey = { readonly fileTag: number };

/** The size of one of the database's files. */
export const sqliteMeta = defineKey<SqliteMetaKey>({
  name: 'sqlite.meta',
  layouts: [1],
  status: 'current',
  prefix: [...prefix, SQLITE.meta],
  fields: { fileTag },
  split: (key, write, target, offset) => write(target, offset, key.fileTag),
  join: (fileTag) => ({ fileTag }),
  payload: 'sqlite FileMeta v1',
  summary: 'size of one file',
  example: { fileTag: SQLITE_FILE_TAG.main },
  describe: (fields) => `Size of ${fileText(fields.fileTag)}.`,
});

export type SqliteChunkKey = { readonly fileTag: number; readonly chunkIndex: number };

/** One chunk of 4,096 bytes of one of the database's files; what is missing at its end is zero. */
export const sqliteChunk = defineKey<SqliteChunkKey>({
  name: 'sqlite.chunk',
  layouts: [1],
  status: 'current',
  prefix: [...prefix, SQLITE.chunks],
  fields: { fileTag, chunkIndex: u32be },
  split: (key, write, target, offset) => write(target, offset, key.fileTag, key.chunkIndex),
  join: (fileTag, chunkIndex) => ({ fileTag, chunkIndex }),
  payload: '1 to 4,096 raw bytes',
  summary: 'one chunk of one file',
  example: { fileTag: SQLITE_FILE_TAG.journal, chunkIndex: 65_536 },
  describe: (fields) => `Chunk ${fields.chunkIndex} of ${fileText(fields.fileTag)}.`,
});
