import { KeyspaceError } from '../../errors.js';

/** LMDB's own codes are negative, the operating system's positive; Node's are names. */
const MDB_MAP_FULL = -30792;
const MDB_TXN_FULL = -30788;
const EIO = 5;
const ENOSPC = 28;
const EFBIG = 27;
const EDQUOT = 122;

const FULL: ReadonlySet<unknown> = new Set([
  ...[MDB_MAP_FULL, ENOSPC, EFBIG, EDQUOT],
  ...['ENOSPC', 'EFBIG', 'EDQUOT'],
]);

/** MDB_PAGE_NOTFOUND, MDB_CORRUPTED, MDB_VERSION_MISMATCH, MDB_INVALID. */
const DAMAGED: ReadonlySet<unknown> = new Set([-30797, -30796, -30794, -30793]);

/** Failures that LMDB has rolled back. */
const RECOVERABLE: ReadonlySet<unknown> = new Set([...FULL, MDB_TXN_FULL]);

/**
 * What a failed operation of the engine means to a caller: `store.full` for want of space, otherwise
 * `store.failed`. Errors of this library pass through.
 */
export function engineFailure(operation: string, error: unknown): KeyspaceError {
  if (error instanceof KeyspaceError) return error;
  if (FULL.has(codeOf(error))) return fullError(error);
  return new KeyspaceError(
    'store.failed',
    `the engine failed to ${operation}`,
    { operation },
    { cause: error },
  );
}

/**
 * What a failed commit means: as {@link engineFailure} if the engine has rolled back and goes on as before,
 * and `commit.unknown` if that is not certain.
 *
 * @param isUsable Whether the engine still works. Not after the write that ends a commit has failed, whatever
 * its code: what the disk then holds is unknown.
 * @param isDiskFull Asked after an input/output error: a write that the disk had room for in part is one.
 */
export function commitFailure(error: unknown, isUsable: boolean, isDiskFull: () => boolean): KeyspaceError {
  if (isUsable) {
    if (RECOVERABLE.has(codeOf(error))) return engineFailure('commit', error);
    if (codeOf(error) === EIO && isDiskFull()) return fullError(error);
  }
  return new KeyspaceError('commit.unknown', 'the engine failed while it committed', {}, { cause: error });
}

export function fullError(cause: unknown): KeyspaceError<'store.full'> {
  return new KeyspaceError('store.full', 'no space left for the store', {}, { cause });
}

/**
 * The reason of a rejected commit. lmdb-js rejects with a general error and hands the real one over in a
 * promise that nobody else listens to: unheard, its rejection would end the process.
 */
export async function commitError(rejection: unknown): Promise<unknown> {
  const reason = (rejection as { commitError?: Promise<unknown> } | undefined)?.commitError;
  if (reason === undefined) return rejection;
  return reason.catch((error: unknown) => error);
}

/** Whether the engine finds that the file is not one it has written. */
export function isDamage(error: unknown): boolean {
  return DAMAGED.has(codeOf(error));
}

export function closedError(): KeyspaceError<'store.closed'> {
  return new KeyspaceError('store.closed', 'the store is closed', {});
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | undefined)?.code;
}
