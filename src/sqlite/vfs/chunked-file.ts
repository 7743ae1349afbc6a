import type { ActorWrites } from '../../actor/index.js';
import { SQLITE_CHUNK_BYTES, sqliteChunk, sqliteMeta } from '../../layout/index.js';
import { fileMetaPayload } from '../../values/index.js';

/** Where the chunks of a file are read: by key inside the actor. */
export interface ChunkReads {
  get(key: Uint8Array): Uint8Array | undefined;
}

/** What a chunk index of 32 bits reaches. */
const FILE_BYTES_MAX = 2 ** 32 * SQLITE_CHUNK_BYTES;

/**
 * One of a database's files: chunks in the keyspace, and on top of them what has been written since it was
 * last staged. Chunks that are missing, and their missing ends, are zero.
 */
export class ChunkedFile {
  readonly #fileTag: number;
  readonly #changed = new Map<number, Uint8Array>();
  /** As the keyspace has it; `undefined`: there is no such file. */
  #storedBytes: number | undefined;
  #fileBytes: number;
  #hasRead = false;
  /** Chunks from here on are to be deleted, and no more read. */
  #goneFrom = Number.POSITIVE_INFINITY;

  /** @param storedBytes How long the file in the keyspace is, if there is one. */
  constructor(fileTag: number, storedBytes: number | undefined) {
    this.#fileTag = fileTag;
    this.#storedBytes = storedBytes;
    this.#fileBytes = storedBytes ?? 0;
  }

  get fileBytes(): number {
    return this.#fileBytes;
  }

  /** Whether anything was read from the keyspace since this was asked for. */
  takeHasRead(): boolean {
    const hasRead = this.#hasRead;
    this.#hasRead = false;
    return hasRead;
  }

  /** A chunk that is to be staged. */
  changedChunk(chunkIndex: number): Uint8Array | undefined {
    return this.#changed.get(chunkIndex);
  }

  /** Whether there is anything to stage. */
  get isChanged(): boolean {
    return (
      this.#changed.size > 0 ||
      this.#fileBytes !== (this.#storedBytes ?? 0) ||
      this.#goneFrom !== Number.POSITIVE_INFINITY
    );
  }

  /** Fills `target`, beyond the end of the file with zeros. @returns Whether all of it is in the file. */
  read(reads: ChunkReads, target: Uint8Array, offset: number): boolean {
    const wanted = Math.max(0, Math.min(target.length, this.#fileBytes - offset));
    for (let done = 0; done < wanted; ) {
      const within = (offset + done) % SQLITE_CHUNK_BYTES;
      const length = Math.min(SQLITE_CHUNK_BYTES - within, wanted - done);
      const chunk = this.#chunk(reads, (offset + done - within) / SQLITE_CHUNK_BYTES);
      const part = chunk?.subarray(within, within + length);
      if (part !== undefined) target.set(part, done);
      const filled = part?.length ?? 0;
      if (filled < length) target.fill(0, done + filled, done + length);
      done += length;
    }
    if (wanted < target.length) target.fill(0, wanted);
    return wanted === target.length;
  }

  /** @throws {RangeError} If the file would be longer than any. */
  write(reads: ChunkReads, source: Uint8Array, offset: number): void {
    if (offset + source.length > FILE_BYTES_MAX) throw new RangeError('the file has too many chunks');
    for (let done = 0; done < source.length; ) {
      const within = (offset + done) % SQLITE_CHUNK_BYTES;
      const length = Math.min(SQLITE_CHUNK_BYTES - within, source.length - done);
      const index = (offset + done - within) / SQLITE_CHUNK_BYTES;
      const isWhole = length === SQLITE_CHUNK_BYTES;
      const chunk = isWhole ? this.#wholeChunk(index) : this.#writableChunk(reads, index);
      chunk.set(source.subarray(done, done + length), within);
      done += length;
    }
    this.#fileBytes = Math.max(this.#fileBytes, offset + source.length);
  }

  truncate(reads: ChunkReads, fileBytes: number): void {
    if (fileBytes < this.#fileBytes) {
      const within = fileBytes % SQLITE_CHUNK_BYTES;
      if (within > 0) this.#writableChunk(reads, (fileBytes - within) / SQLITE_CHUNK_BYTES).fill(0, within);
      const end = chunkCount(fileBytes);
      for (const index of this.#changed.keys()) if (index >= end) this.#changed.delete(index);
      if (end < chunkCount(this.#storedBytes ?? 0)) this.#goneFrom = Math.min(this.#goneFrom, end);
    }
    this.#fileBytes = fileBytes;
  }

  /** Writes what has changed. The chunks are handed over. */
  stage(writes: ActorWrites): void {
    const fileTag = this.#fileTag;
    if (this.#goneFrom !== Number.POSITIVE_INFINITY) {
      const { end } = sqliteChunk.range({ fileTag });
      writes.clearRange({ begin: sqliteChunk.encode({ fileTag, chunkIndex: this.#goneFrom }), end });
    }
    for (const [chunkIndex, chunk] of this.#changed) {
      writes.set(sqliteChunk.encode({ fileTag, chunkIndex }), chunk);
    }
    if (this.#fileBytes !== this.#storedBytes) {
      writes.set(sqliteMeta.encode({ fileTag }), fileMetaPayload.encode({ fileBytes: this.#fileBytes }));
    }
  }

  /** What was staged is accepted. */
  staged(): void {
    this.#storedBytes = this.#fileBytes;
    this.#changed.clear();
    this.#goneFrom = Number.POSITIVE_INFINITY;
  }

  /** Forgets what was not staged. */
  discard(): void {
    if (!this.isChanged) return;
    this.#fileBytes = this.#storedBytes ?? 0;
    this.#changed.clear();
    this.#goneFrom = Number.POSITIVE_INFINITY;
  }

  #chunk(reads: ChunkReads, chunkIndex: number): Uint8Array | undefined {
    const changed = this.#changed.get(chunkIndex);
    if (changed !== undefined) return changed;
    // What the keyspace may hold beyond the end of the file is not part of it.
    if (chunkIndex >= this.#goneFrom || chunkIndex >= chunkCount(this.#storedBytes ?? 0)) return undefined;
    this.#hasRead = true;
    return reads.get(sqliteChunk.encode({ fileTag: this.#fileTag, chunkIndex }));
  }

  #wholeChunk(index: number): Uint8Array {
    let chunk = this.#changed.get(index);
    if (chunk === undefined) {
      chunk = new Uint8Array(SQLITE_CHUNK_BYTES);
      this.#changed.set(index, chunk);
    }
    return chunk;
  }

  #writableChunk(reads: ChunkReads, index: number): Uint8Array {
    const stored = this.#chunk(reads, index);
    const chunk = this.#wholeChunk(index);
    if (stored !== undefined && stored !== chunk) chunk.set(stored.subarray(0, SQLITE_CHUNK_BYTES));
    return chunk;
  }
}

function chunkCount(fileBytes: number): number {
  return Math.ceil(fileBytes / SQLITE_CHUNK_BYTES);
}
