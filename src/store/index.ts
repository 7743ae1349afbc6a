export { assertBytes } from '../bytes/index.js';
export { Cleared } from './cleared.js';
export {
  assertChecks,
  assertCommitBytes,
  assertCommitLimits,
  assertCommitPartitions,
  commitBytes,
} from './commit.js';
export type {
  Check,
  Commit,
  Entry,
  EntrySize,
  Fence,
  KeyRange,
  Reader,
  ScanOptions,
  Snapshot,
  Store,
  StoreCapabilities,
  StoreLimits,
  SyncReader,
  Write,
} from './contract.js';
export { nextEpoch } from './epoch.js';
export { keyId } from './key-id.js';
export { foundValue, Layer } from './layer.js';
export {
  ACTOR_ID_BYTES_MAX,
  assertKey,
  assertValue,
  COMMON_LIMITS,
  KEY_BYTES_MAX,
  ROOT_BYTES_MAX,
  STORED_VALUE_BYTES_MAX,
  VALUE_BYTES_MAX,
} from './limits.js';
export { assertPartition, partitionLength } from './partition.js';
export { assertScan, inRange, isEmptyRange, prefixRange, WHOLE_PARTITION } from './range.js';
export { rootedStore } from './rooted.js';
export { type MergedItem, ScanMerge } from './scan-merge.js';
export { type TransactOptions, transact } from './transact.js';
export type { StoreTransaction } from './transaction.js';
