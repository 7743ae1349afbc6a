import { definePayload, firstVersion, type Payload } from './payload.js';
import { type FileMeta, readFileMeta, writeFileMeta } from './schemas/file-meta-v1.generated.js';

/** The length of one of a database's files. */
export interface FileMetaRecord {
  /** 0 to 2^53 - 1; the field has 64 bits, and more is refused. */
  readonly fileBytes: number;
}

/**
 * The value at key `08 01 00 ‖ file tag`.
 *
 * Format: RivetKit SQLite file metadata version 1, `FileMeta`: u64. Always 10 bytes.
 */
export const fileMetaPayload: Payload<FileMetaRecord> = definePayload({
  name: 'sqlite.file_meta',
  versions: firstVersion(1, readFileMeta),
  write: writeFileMeta,
  toWire: ({ fileBytes }: FileMetaRecord): FileMeta => ({ size: fileBytes }),
  fromWire: ({ size }): FileMetaRecord => ({ fileBytes: size }),
});
