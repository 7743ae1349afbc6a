export { ActorKeyspace, type ActorSubsystems, type ActorTransaction, accessOf } from './actor-keyspace.js';
export type { DueActor } from './due-index.js';
export { Keyspace, type KeyspaceOptions, type OpenActorOptions, openKeyspace } from './keyspace.js';
export type { ActorUsage } from './usage.js';
