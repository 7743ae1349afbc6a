export {
  ActorKv,
  type KvEntry,
  type KvPage,
  type KvPageOptions,
  type KvScanOptions,
  type KvSyncReads,
} from './kv.js';
export type { KvBytes, KvSelection } from './selection.js';
