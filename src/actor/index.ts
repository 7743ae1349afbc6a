export { type CursorScope, decodeCursor, encodeCursor } from './cursor.js';
export {
  type ActorHandle,
  type ActorSurroundings,
  assertQuota,
  type OpenActorOptions,
  openActorHandle,
} from './handle.js';
export type { ActorReads, ActorSyncReads } from './reads.js';
export type { AcceptNow, ActorAccess, ActorWrites, Durability, WriteOptions } from './scope.js';
export { readDueAtMs } from './stored-records.js';
export { encodeUserValue } from './user-value.js';
export { DUE_PARTITION, dueWrites } from './wake.js';
