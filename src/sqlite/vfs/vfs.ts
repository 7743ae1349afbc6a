import { ChunkedFile, type ChunkReads } from './chunked-file.js';
import { CODE } from './codes.js';
import type { DatabaseFiles } from './database-files.js';

/** SQLite tells with it that a transaction is complete, the file's new length included. */
const CONTROL_COMMITTED = 22;

interface OpenFile {
  readonly file: ChunkedFile;
  readonly reads: ChunkReads;
  /** `undefined`: a temporary file. */
  readonly files: DatabaseFiles | undefined;
  readonly isMain: boolean;
}

const NO_CHUNKS: ChunkReads = { get: () => undefined };

/**
 * A file system for SQLite, whatever it is compiled to: files of databases that were added before, and
 * temporary ones in memory. Nothing here throws: what fails is kept with the database and told as a code.
 *
 * Names are looked up, never put together: what is not one of the added ones does not exist.
 */
export class Vfs {
  readonly #databases = new Map<string, { readonly files: DatabaseFiles; readonly isMain: boolean }>();
  readonly #open = new Map<number, OpenFile>();

  add(files: DatabaseFiles): void {
    this.#databases.set(files.name, { files, isMain: true });
    this.#databases.set(`${files.name}-journal`, { files, isMain: false });
  }

  remove(files: DatabaseFiles): void {
    this.#databases.delete(files.name);
    this.#databases.delete(`${files.name}-journal`);
  }

  /** @param name `undefined` for a temporary file. */
  open(id: number, name: string | undefined): number {
    if (name === undefined) {
      const file = new ChunkedFile(0, undefined);
      this.#open.set(id, { file, reads: NO_CHUNKS, files: undefined, isMain: false });
      return CODE.ok;
    }
    const named = this.#databases.get(name);
    if (named === undefined) return CODE.cannotOpen;
    const { files, isMain } = named;
    return guarded(files, CODE.cannotOpen, () => {
      const file = isMain ? files.main : files.journal;
      if (file === undefined) return CODE.cannotOpen;
      const reads = { get: (key: Uint8Array) => files.view.get(key) };
      this.#open.set(id, { file, reads, files, isMain });
      return CODE.ok;
    });
  }

  close(id: number): number {
    this.#open.delete(id);
    return CODE.ok;
  }

  read(id: number, target: Uint8Array, offset: number): number {
    return this.#with(id, CODE.readFailed, ({ file, reads }) =>
      file.read(reads, target, offset) ? CODE.ok : CODE.shortRead,
    );
  }

  write(id: number, source: Uint8Array, offset: number): number {
    return this.#with(id, CODE.writeFailed, ({ file, reads, files }) => {
      if (!files?.isAbandoned) file.write(reads, source, offset);
      return CODE.ok;
    });
  }

  truncate(id: number, fileBytes: number): number {
    return this.#with(id, CODE.truncateFailed, ({ file, reads, files }) => {
      if (!files?.isAbandoned) file.truncate(reads, fileBytes);
      return CODE.ok;
    });
  }

  /** How long the file is; `undefined` if that cannot be told. */
  fileBytes(id: number): number | undefined {
    return this.#open.get(id)?.file.fileBytes;
  }

  // SQLite syncs before it cuts the file to its new length, so only the end of the commit is the whole of it.
  control(id: number, operation: number): number {
    if (operation !== CONTROL_COMMITTED) return CODE.notFound;
    return this.#with(id, CODE.syncFailed, ({ files, isMain }) => {
      if (isMain && files !== undefined && !files.isAbandoned) files.commit();
      return CODE.ok;
    });
  }

  /** Whether there is such a file. */
  exists(name: string): boolean {
    const named = this.#databases.get(name);
    if (named === undefined) return false;
    return named.isMain || named.files.journal !== undefined;
  }

  #with(id: number, code: number, call: (open: OpenFile) => number): number {
    const open = this.#open.get(id);
    if (open === undefined) return code;
    return open.files === undefined
      ? attempt(code, () => call(open))
      : guarded(open.files, code, () => call(open));
  }
}

function attempt(code: number, call: () => number): number {
  try {
    return call();
  } catch {
    return code;
  }
}

function guarded(files: DatabaseFiles, code: number, call: () => number): number {
  if (files.failure !== undefined && !files.isAbandoned) return code;
  try {
    return call();
  } catch (error) {
    files.fail(error);
    return code;
  }
}
