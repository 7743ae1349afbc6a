import type { ActorWrites } from '../../actor/index.js';
import { equalOptionalBytes } from '../../bytes/index.js';
import { KeyspaceError } from '../../errors.js';
import { SQLITE_FILE_TAG, sqliteChunk, sqliteMeta } from '../../layout/index.js';
import { fileMetaPayload } from '../../values/index.js';
import { ChunkedFile, type ChunkReads } from './chunked-file.js';

/** The actor as SQLite sees it during one call. */
export interface FilesView extends ChunkReads {
  /** Accepts what `fill` writes at once, all or nothing. @throws Why it is refused. */
  accept(fill: (writes: ActorWrites) => void): void;
  nowMs(): number;
}

/** The files of one actor's database, by the fixed names under which SQLite asks for them. */
export class DatabaseFiles {
  readonly name: string;
  #view: FilesView | undefined;
  #main: ChunkedFile | undefined;
  #journal: ChunkedFile | undefined;
  /** In this call. */
  #hasCommitted = false;
  /** The first chunk as this owner knows it. */
  #firstChunk: Uint8Array | undefined;
  #failure: { readonly error: unknown } | undefined;
  #isAbandoned = false;

  constructor(name: string) {
    this.name = name;
  }

  /** What a callback failed with first; SQLite itself knows only a number. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure;
  }

  get view(): FilesView {
    if (this.#view === undefined) throw new Error('the database is used outside a call');
    return this.#view;
  }

  /** Nothing is read or written any more: what SQLite still does, while it closes, has no effect. */
  get isAbandoned(): boolean {
    return this.#isAbandoned;
  }

  get main(): ChunkedFile {
    if (this.#main === undefined) throw new Error('the database is not open');
    return this.#main;
  }

  /** The rollback journal that a writer of its files left behind when it died. */
  get journal(): ChunkedFile | undefined {
    return this.#journal;
  }

  enter(view: FilesView | undefined): void {
    this.#view = view;
    this.#hasCommitted = false;
  }

  /**
   * Finds the files.
   *
   * @throws {KeyspaceError} `sqlite.refused` for a write-ahead log that holds something; `value.malformed`,
   * `value.version_unsupported`, or what the store throws.
   */
  open(): void {
    if ((storedBytes(this.view, SQLITE_FILE_TAG.wal) ?? 0) > 0) {
      const reason = 'the database has a write-ahead log, which only its writer can apply';
      throw new KeyspaceError('sqlite.refused', reason, { reason });
    }
    this.#main = new ChunkedFile(SQLITE_FILE_TAG.main, storedBytes(this.view, SQLITE_FILE_TAG.main));
    this.#firstChunk = this.view.get(FIRST_CHUNK_KEY);
    const journalBytes = storedBytes(this.view, SQLITE_FILE_TAG.journal);
    this.#journal =
      journalBytes === undefined ? undefined : new ChunkedFile(SQLITE_FILE_TAG.journal, journalBytes);
  }

  /** Stages everything that changed, with the end of a journal that was there. @throws Why it is refused. */
  commit(): void {
    const { main, journal, view } = this;
    if (!main.isChanged && journal === undefined) return;
    const firstChunk = main.changedChunk(0) ?? this.#firstChunk;
    view.accept((writes) => {
      main.stage(writes);
      if (journal !== undefined) deleteJournal(writes);
    });
    this.#firstChunk = firstChunk;
    this.#hasCommitted = true;
    main.staged();
    this.#journal = undefined;
  }

  /**
   * Fails if what was read is not of this owner's database. The first commit of another owner changes the first chunk,
   * and pages read from then on do not fit those that were read before.
   *
   * @throws {KeyspaceError} `actor.fenced`.
   */
  assertOwned(): void {
    // What was accepted is not refused any more: the commit tells whose the actor is.
    if (!this.main.takeHasRead() || this.#hasCommitted) return;
    if (equalOptionalBytes(this.view.get(FIRST_CHUNK_KEY), this.#firstChunk)) return;
    const error = new KeyspaceError('actor.fenced', 'another owner has claimed this actor, and written', {});
    this.fail(error);
    throw error;
  }

  /** Forgets what a statement has written that was rolled back. */
  discard(): void {
    this.#main?.discard();
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  abandon(): void {
    this.#isAbandoned = true;
  }
}

const FIRST_CHUNK_KEY = sqliteChunk.encode({ fileTag: SQLITE_FILE_TAG.main, chunkIndex: 0 });

function storedBytes(reads: ChunkReads, fileTag: number): number | undefined {
  const value = reads.get(sqliteMeta.encode({ fileTag }));
  return value && fileMetaPayload.decode(value).fileBytes;
}

function deleteJournal(writes: ActorWrites): void {
  const fileTag = SQLITE_FILE_TAG.journal;
  writes.clearRange(sqliteChunk.range({ fileTag }));
  writes.delete(sqliteMeta.encode({ fileTag }));
}
