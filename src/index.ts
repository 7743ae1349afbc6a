export type { Durability, OpenActorOptions, WriteOptions } from './actor/index.js';
export type { Connection, ConnectionStore } from './connections/index.js';
export { type ErrorCode, type ErrorDetails, isKeyspaceError, KeyspaceError } from './errors.js';
export type { InspectorTokenStore } from './inspector-token/index.js';
export {
  type ActorKeyspace,
  type ActorSubsystems,
  type ActorTransaction,
  type Keyspace,
  type KeyspaceOptions,
  openKeyspace,
} from './keyspace/index.js';
export type {
  KvBytes,
  KvEntry,
  KvPage,
  KvPageOptions,
  KvScanOptions,
  KvSelection,
  KvStore,
  KvSyncReads,
} from './kv/index.js';
export type { ActorStateRecord, ScheduledAction, StateStore } from './state/index.js';
export * from './store/index.js';
