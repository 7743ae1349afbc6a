import type { Environment, TreeCounts } from './environment.js';
import { engineFailure } from './failure.js';
import { PAGE_BYTES } from './format.js';
import type { Leases } from './leases.js';
import { type LmdbReaderStats, parseReaderTable, readerStats } from './readers.js';
import type { Space, SpaceStats } from './space.js';

/** One of the store's two databases. */
export interface LmdbTreeStats {
  readonly entryCount: number;
  /** Pages from the root to a leaf; 0 if there are no entries. */
  readonly treeDepth: number;
  readonly branchPages: number;
  readonly leafPages: number;
  /** Pages of values that do not fit into a leaf. */
  readonly overflowPages: number;
}

/** What the store holds and has room for, at the moment of asking. */
export interface LmdbStats extends SpaceStats {
  /** What the file has and does not use: it is used again before the file grows, once no snapshot reads it. */
  readonly reusableBytes: number;
  /** Counts the commits of all processes since the store was made; those that shared a flush count once. */
  readonly lastTransactionId: number;
  /** The entries of all partitions. */
  readonly data: LmdbTreeStats;
  /** One record for each partition that was ever claimed. */
  readonly owners: LmdbTreeStats;
  readonly readers: LmdbReaderStats;
}

/** @throws {KeyspaceError} `store.failed`. */
export function readStats(
  { root, data, owners, readerTable }: Environment,
  space: Space,
  leases: Leases,
): LmdbStats {
  try {
    // What the current transaction sees may be older, and it would be counted as a reader.
    root.resetReadTxn();
    const places = parseReaderTable(readerTable());
    const stats = data.getStats();
    const { lastTxnId, lastPageNumber, maxReaders } = stats;
    const measured = space.stats();
    return {
      ...measured,
      reusableBytes: (lastPageNumber + 1) * PAGE_BYTES - measured.usedBytes,
      lastTransactionId: lastTxnId,
      data: treeStats(stats),
      owners: treeStats(owners.getStats()),
      readers: {
        ...readerStats(places, lastTxnId),
        readerCountMax: maxReaders,
        oldestOwnSnapshotMs: leases.oldestMs ?? 0,
      },
    };
  } catch (error) {
    throw engineFailure('measure', error);
  }
}

function treeStats(counts: TreeCounts): LmdbTreeStats {
  const { entryCount, treeDepth, treeBranchPageCount, treeLeafPageCount, overflowPages } = counts;
  return {
    entryCount,
    treeDepth,
    branchPages: treeBranchPageCount,
    leafPages: treeLeafPageCount,
    overflowPages,
  };
}
