import type { KeyFormat } from '../key-format.js';
import {
  blobChunk,
  blobDescriptor,
  blobExpiry,
  blobPass,
  blobReference,
  blobRetirement,
  blobRoot,
  blobRootMember,
  blobsReserved,
  blobUpload,
  blobUploadChunk,
} from './blobs.js';
import { actorField, fieldExpiry } from './fields.js';
import { keyspaceDue } from './keyspace.js';
import {
  layout0QueueMessage,
  layout0QueueMetadata,
  layout0SqliteChunk,
  layout0SqliteMeta,
  layout0TraceChunk,
  layout0WorkflowEntryMetadata,
  layout0WorkflowField,
  layout0WorkflowHistory,
  layout0WorkflowName,
} from './layout-0.js';
import {
  queueDeadLetter,
  queueExpiry,
  queueIdempotency,
  queueMessage,
  queueMetadata,
  queuePausedName,
  queuePending,
  queueQuarantine,
  queueQuarantineReason,
  queueReady,
  queueReadyByName,
  queueReserved,
  queueResponse,
  queueState,
} from './queue.js';
import { sqliteChunk, sqliteMeta } from './sqlite.js';
import { systemImport, systemLayout, systemMigration, systemUsage, systemWake } from './system.js';
import { traceChunk, traceIndex, tracesReserved } from './traces.js';
import { actorState, connection, inspectorToken, kvEntry } from './unversioned.js';
import {
  workflowEntryMetadata,
  workflowField,
  workflowHistory,
  workflowMessage,
  workflowName,
  workflowReserved,
} from './workflow.js';

/** Every family of an actor's partition, layout 1 before layout 0 and otherwise in key order. */
export const ACTOR_FAMILIES: readonly KeyFormat<object>[] = [
  systemImport,
  systemLayout,
  systemMigration,
  systemUsage,
  systemWake,
  actorState,
  connection,
  inspectorToken,
  kvEntry,
  queueMetadata,
  queueMessage,
  queueState,
  queueReady,
  queueReadyByName,
  queuePending,
  queueIdempotency,
  queueDeadLetter,
  queueResponse,
  queueExpiry,
  queueQuarantine,
  queueQuarantineReason,
  queuePausedName,
  queueReserved,
  workflowName,
  workflowHistory,
  workflowField,
  workflowEntryMetadata,
  workflowMessage,
  workflowReserved,
  traceChunk,
  traceIndex,
  tracesReserved,
  sqliteMeta,
  sqliteChunk,
  blobDescriptor,
  blobChunk,
  blobReference,
  blobExpiry,
  blobRetirement,
  blobRoot,
  blobRootMember,
  blobUpload,
  blobUploadChunk,
  blobPass,
  fieldExpiry,
  blobsReserved,
  actorField,
  layout0QueueMessage,
  layout0QueueMetadata,
  layout0WorkflowName,
  layout0WorkflowHistory,
  layout0WorkflowField,
  layout0WorkflowEntryMetadata,
  layout0TraceChunk,
  layout0SqliteMeta,
  layout0SqliteChunk,
];

/** Every family of the keyspace partition. */
export const KEYSPACE_FAMILIES: readonly KeyFormat<object>[] = [keyspaceDue];

export * from './blobs.js';
export * from './fields.js';
export * from './keyspace.js';
export * from './layout-0.js';
export * from './queue.js';
export { type SqliteChunkKey, type SqliteMetaKey, sqliteChunk, sqliteMeta } from './sqlite.js';
export * from './system.js';
export * from './traces.js';
export * from './unversioned.js';
export {
  type ReservedTupleKey,
  type WorkflowEntryMetadataKey,
  type WorkflowFieldKey,
  type WorkflowHistoryKey,
  type WorkflowMessageKey,
  type WorkflowNameKey,
  workflowEntryMetadata,
  workflowField,
  workflowHistory,
  workflowMessage,
  workflowName,
  workflowReserved,
} from './workflow.js';
