export type { Durability, OpenActorOptions, WriteOptions } from './actor/index.js';
export type { ActorConnections, Connection } from './connections/index.js';
export { type ErrorCode, type ErrorDetails, isKeyspaceError, KeyspaceError } from './errors.js';
export type { ActorInspectorToken } from './inspector-token/index.js';
export {
  type ActorKeyspace,
  type ActorSubsystems,
  type ActorTransaction,
  type Keyspace,
  type KeyspaceOptions,
  openKeyspace,
} from './keyspace/index.js';
export type {
  ActorKv,
  KvBytes,
  KvEntry,
  KvPage,
  KvPageOptions,
  KvScanOptions,
  KvSelection,
  KvSyncReads,
} from './kv/index.js';
export type { ActorState, ActorStateRecord, ScheduledAction } from './state/index.js';
export * from './store/index.js';
