export { ActorKeyspace, type ActorSubsystems, type ActorTransaction } from './actor-keyspace.js';
export { Keyspace, type KeyspaceOptions, openKeyspace } from './keyspace.js';
