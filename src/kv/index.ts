export {
  type KvEntry,
  type KvPage,
  type KvPageOptions,
  type KvScanOptions,
  KvStore,
  type KvSyncReads,
} from './kv.js';
export type { KvBytes, KvSelection } from './selection.js';
