import { type Database, open, type RootDatabase, type RootDatabaseOptions, type Transaction } from 'lmdb';
import { KeyspaceError } from '../../errors.js';
import { engineFailure, isDamage } from './failure.js';
import { corruptStore, DATA_DATABASE, OWNERS_DATABASE, PAGE_BYTES } from './format.js';

type Bytes = Uint8Array;

/** What lmdb-js's own declarations leave out. */
export interface BytesDatabase extends Database<Bytes, Bytes> {
  /** A view of a buffer that the next read overwrites, with a `length` that is not its own: see `lastSize`. */
  getBinaryFast(key: Bytes, options?: { transaction?: Transaction }): Buffer | undefined;
  /** Length in bytes of what `getBinaryFast` found. */
  readonly lastSize: number;
  getStats(): EnvironmentStats;
}

/** One database's tree, as of the current read transaction. */
export interface TreeCounts {
  readonly entryCount: number;
  readonly treeDepth: number;
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

export interface EnvironmentStats extends TreeCounts {
  readonly pageSize: number;
  readonly root: TreeCounts;
  readonly free: TreeCounts;
  readonly lastPageNumber: number;
  readonly lastTxnId: number;
  readonly maxReaders: number;
}

export interface Environment {
  readonly root: RootDatabase<Bytes, Bytes>;
  /** Partition → checksum of the record, with the epoch as its version. */
  readonly owners: BytesDatabase;
  /** Stored key → sealed value. */
  readonly data: BytesDatabase;
  /**
   * A transaction that sees all that was committed before, by any process; to be ended by `done`.
   *
   * @throws {KeyspaceError} `store.failed`, for example with the reader table full.
   */
  beginRead(): Transaction;
  /**
   * What a failed read means, `store.corrupt` or `store.failed`. The transaction that it failed in is not used again:
   * nothing else could be read in it.
   */
  readFailure(error: unknown): KeyspaceError;
  /**
   * Frees the places of readers whose process has ended.
   *
   * @returns How many there were.
   * @throws {KeyspaceError} `store.failed`.
   */
  checkReaders(): number;
  /** The reader table as text: a heading, then process, thread and transaction (`-` for none) of each place. */
  readerTable(): string;
  /**
   * Writes a compacted `data.mdb` of what is committed into an empty folder, in a thread of Node's pool, without
   * flushing it. Until it settles the environment must not be closed: the process would crash. It cannot be called off.
   */
  copyTo(folder: string): Promise<void>;
  /** Whether the engine works. After a failure that it cannot roll back, it begins no transaction any more. */
  isUsable(): boolean;
  close(): Promise<void>;
  /** Instead of {@link close}, which waits for ever on an engine that does not answer any more. */
  abandon(): void;
}

/** Folders whose environment was abandoned: the engine hands it to whoever opens them in this process. */
const abandoned = new Set<string>();

/** Every snapshot takes a place in the reader table, whose size is set by the first process to open it. */
const READERS_MAX = 2_000;

/** Readers that died pin every page freed since, until somebody looks for them. */
const READER_CHECK_MS = 30_000;

const OPTIONS: RootDatabaseOptions & Record<string, unknown> = {
  noSubdir: false,
  maxDbs: 4,
  maxReaders: READERS_MAX,
  pageSize: PAGE_BYTES,
  encoding: 'binary',
  keyEncoding: 'binary',
  // A commit's promise then resolves after its data and meta page are flushed, not before.
  overlappingSync: false,
  // Batches begin when written, not an event turn later.
  eventTurnBatching: false,
  // Never trust commits that were not flushed, not even within one boot.
  safeRestore: true,
};

/**
 * After an engine has failed for good. Where a process ends by itself, lmdb-js closes what is open, and would
 * wait for ever for a lock that the failure left taken; where it exits, it does not.
 */
export function exitWithoutClosing(): void {
  process.once('exit', (code) => process.exit(code));
}

/** Makes an environment with empty databases in an existing folder, and closes it. */
export async function createDatabases(folder: string): Promise<void> {
  const root = open<Bytes, Bytes>({ ...OPTIONS, path: folder });
  try {
    root.openDB({ ...databaseOptions(true), name: OWNERS_DATABASE });
    root.openDB({ ...databaseOptions(false), name: DATA_DATABASE });
  } finally {
    await root.close();
  }
}

/**
 * @throws {KeyspaceError} `store.corrupt` if it is not as {@link createDatabases} made it; `store.failed`.
 */
export async function openEnvironment(folder: string, readOnly: boolean): Promise<Environment> {
  if (abandoned.has(folder)) {
    throw engineFailure('open', new Error('the engine has failed here and is only freed with this process'));
  }
  let root: RootDatabase<Bytes, Bytes>;
  try {
    root = open<Bytes, Bytes>({ ...OPTIONS, path: folder, readOnly });
  } catch (error) {
    throw openFailure(folder, error);
  }
  try {
    return prepare(root, folder);
  } catch (error) {
    await root.close();
    throw openFailure(folder, error);
  }
}

function openFailure(folder: string, error: unknown) {
  if (isDamage(error)) return corruptStore(folder, 'the engine does not recognise it', error);
  return engineFailure('open', error);
}

function readFailure(root: RootDatabase<Bytes, Bytes>, folder: string, error: unknown): KeyspaceError {
  if (error instanceof KeyspaceError) return error;
  root.resetReadTxn();
  return isDamage(error)
    ? corruptStore(folder, 'the engine found a damaged page', error)
    : engineFailure('read', error);
}

function prepare(root: RootDatabase<Bytes, Bytes>, folder: string): Environment {
  const owners = openDatabase(root, OWNERS_DATABASE, true);
  const data = openDatabase(root, DATA_DATABASE, false);
  if (owners === undefined || data === undefined) throw corruptStore(folder, 'a database is missing');
  // The first read takes this process's place in the reader table; later, with the table full, it could not.
  const { pageSize } = data.getStats();
  if (pageSize !== PAGE_BYTES) {
    throw corruptStore(folder, `pages have ${pageSize} bytes, not ${PAGE_BYTES}`);
  }
  root.readerCheck();
  const readerCheck = setInterval(() => {
    try {
      root.readerCheck();
    } catch {
      // The next one may succeed; until then only space is lost.
    }
  }, READER_CHECK_MS);
  readerCheck.unref();
  const beginRead = () => {
    try {
      // The current transaction may be older than another process's last commit.
      root.resetReadTxn();
      return root.useReadTransaction();
    } catch (error) {
      throw engineFailure('begin to read', error);
    }
  };
  return {
    root,
    owners,
    data,
    beginRead,
    readFailure: (error) => readFailure(root, folder, error),
    checkReaders: () => {
      try {
        return root.readerCheck();
      } catch (error) {
        throw engineFailure('check readers', error);
      }
    },
    readerTable: () => root.readerList(),
    copyTo: (target) => root.backup(target, true),
    isUsable: () => {
      try {
        beginRead().done();
        return true;
      } catch {
        return false;
      }
    },
    close: () => {
      clearInterval(readerCheck);
      return root.close();
    },
    abandon: () => {
      clearInterval(readerCheck);
      abandoned.add(folder);
    },
  };
}

function openDatabase(root: RootDatabase<Bytes, Bytes>, name: string, useVersions: boolean) {
  return root.openDB<Bytes, Bytes>({ ...databaseOptions(useVersions), create: false, name } as {
    name: string;
  }) as BytesDatabase | undefined;
}

function databaseOptions(useVersions: boolean) {
  return { encoding: 'binary', keyEncoding: 'binary', useVersions } as const;
}
