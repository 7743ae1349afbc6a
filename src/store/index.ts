export type {
  Check,
  Commit,
  Entry,
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
export {
  ACTOR_ID_BYTES_MAX,
  assertBytes,
  assertCommitBytes,
  assertCommitLimits,
  assertKey,
  assertValue,
  COMMON_LIMITS,
  commitBytes,
  KEY_BYTES_MAX,
  ROOT_BYTES_MAX,
  STORED_VALUE_BYTES_MAX,
  VALUE_BYTES_MAX,
  writeBytes,
} from './limits.js';
export { assertPartition, partitionLength } from './partition.js';
export { assertScan, inRange, isEmptyRange, prefixRange, WHOLE_PARTITION } from './range.js';
