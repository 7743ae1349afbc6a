/** Who may keep pages from being used again. */
export interface LmdbReaderStats {
  /**
   * Places taken in the reader table: one by each process that has read, and those of snapshots and scans, which share
   * one while nothing is committed between them.
   */
  readonly readerCount: number;
  /** Places there are. With none left, snapshots and opening the store are `store.failed`. */
  readonly readerCountMax: number;
  /** Places taken by other processes of this machine, also by dead ones until they are found to be. */
  readonly otherReaderCount: number;
  /** The other processes. */
  readonly otherProcessCount: number;
  /** Places from which pages are held back. */
  readonly snapshotCount: number;
  /** Transactions committed since the oldest of those began, by any process; 0 if there is none. */
  readonly oldestSnapshotTransactions: number;
  /** Age of this process's oldest snapshot or scan; 0 if there is none. Of others the engine does not tell. */
  readonly oldestOwnSnapshotMs: number;
}

/** A place in the reader table. */
interface Place {
  readonly pid: number;
  /** The newest transaction it sees, if it reads. */
  readonly transactionId: number | undefined;
}

/** Reads the engine's reader table: a heading, then process, thread and transaction of each place that is taken. */
export function parseReaderTable(text: string): Place[] {
  return [...text.matchAll(/^ *(\d+) [0-9a-f]+ (-|\d+)$/gm)].map(([, pid, transaction]) => ({
    pid: Number(pid),
    transactionId: transaction === '-' ? undefined : Number(transaction),
  }));
}

export function readerStats(
  places: readonly Place[],
  lastTransactionId: number,
): Omit<LmdbReaderStats, 'readerCountMax' | 'oldestOwnSnapshotMs'> {
  const others = places.filter((place) => place.pid !== process.pid);
  const held = places.flatMap(({ transactionId }) => (transactionId === undefined ? [] : [transactionId]));
  return {
    readerCount: places.length,
    otherReaderCount: others.length,
    otherProcessCount: new Set(others.map((place) => place.pid)).size,
    snapshotCount: held.length,
    oldestSnapshotTransactions: held.reduce((most, id) => Math.max(most, lastTransactionId - id), 0),
  };
}
