import { copyBytes } from '../bytes/index.js';
import { type Clock, systemClock } from '../clock.js';
import { isKeyspaceError, KeyspaceError } from '../errors.js';
import type { Commit, Fence, Store } from './contract.js';
import { assertPartition } from './partition.js';
import { StoreTransaction } from './transaction.js';

export interface TransactOptions {
  /** Of the partition. Its owner may also scan and clear ranges. */
  readonly fence?: Fence | undefined;
  /** How often the callback may run: a whole number, 1 or more; default 20. */
  readonly attemptsMax?: number | undefined;
  /** Ends it with the signal's reason before the next attempt or commit; a commit under way is waited for. */
  readonly signal?: AbortSignal | undefined;
  /** What attempts after lost ones are delayed with. Default: the system's. */
  readonly clock?: Clock | undefined;
}

const IMMEDIATE_ATTEMPTS = 3;
const WAIT_MS_MAX = 64;

/**
 * Reads and writes one partition as if nobody else did: everything the callback read is checked in the commit
 * that writes, and when another writer came between, the callback runs again on a new snapshot. So it must
 * have no effects but through the transaction. With nothing written, nothing is committed.
 *
 * Point checks miss entries that appear in a scanned range. Only the owner of a partition can rule those out,
 * by not writing to it elsewhere meanwhile; so without a fence, scanning and clearing ranges are refused.
 *
 * @returns What the callback returned, once its writes are durable.
 * @throws {KeyspaceError} `commit.contended` after `attemptsMax` attempts; anything else a commit is refused
 * with, `commit.unknown` included, is not retried.
 * @throws Whatever the callback throws, with nothing written; the signal's reason.
 */
export async function transact<T>(
  store: Store,
  partition: Uint8Array,
  callback: (transaction: StoreTransaction) => Promise<T> | T,
  options: TransactOptions = {},
): Promise<T> {
  const { fence, attemptsMax = 20, signal, clock = systemClock } = options;
  if (!(Number.isSafeInteger(attemptsMax) && attemptsMax >= 1)) {
    throw new RangeError(`attemptsMax must be a whole number of 1 or more, not ${String(attemptsMax)}`);
  }
  assertPartition(partition);
  const own = copyBytes(partition);
  for (let attempts = 1; ; attempts++) {
    signal?.throwIfAborted();
    const { result, commit } = await attempt(store, own, callback, fence);
    signal?.throwIfAborted();
    if (commit.writes.length === 0) return result;
    try {
      await store.commit(commit);
      return result;
    } catch (error) {
      if (!isKeyspaceError(error, 'commit.check_failed')) throw error;
      if (attempts === attemptsMax) throw contended(attempts, error);
    }
    await backOff(attempts, clock, signal);
  }
}

async function attempt<T>(
  store: Store,
  partition: Uint8Array,
  callback: (transaction: StoreTransaction) => Promise<T> | T,
  fence: Fence | undefined,
): Promise<{ result: T; commit: Commit }> {
  const transaction = new StoreTransaction(store.limits, await store.snapshot(), partition, fence);
  try {
    const result = await callback(transaction);
    return { result, commit: transaction.toCommit() };
  } finally {
    transaction.end();
  }
}

/** Losing to a crowd is unlikely to end by going at it together again. */
async function backOff(attempts: number, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
  if (attempts < IMMEDIATE_ATTEMPTS || signal?.aborted) return;
  const waitMs = Math.random() * Math.min(2 ** (attempts - IMMEDIATE_ATTEMPTS), WAIT_MS_MAX);
  await new Promise<void>((resolve) => {
    const callOff = clock.after(waitMs, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    const abort = () => {
      callOff();
      resolve();
    };
    signal?.addEventListener('abort', abort, { once: true });
  });
}

function contended(attempts: number, cause: unknown): KeyspaceError {
  const message = `other writers won all ${attempts} attempts`;
  return new KeyspaceError('commit.contended', message, { attempts }, { cause });
}
