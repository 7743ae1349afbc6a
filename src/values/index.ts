export {
  type ActorRecord,
  actorPayload,
  type EmbeddedConnection,
  type EmbeddedConnections,
  type EmbeddedWebSocket,
  type ScheduledEvent,
} from './actor.js';
export {
  type BlobDescriptorRecord,
  type BlobPassRecord,
  type BlobReferenceRecord,
  type BlobRetirementRecord,
  type BlobRootRecord,
  type BlobUploadRecord,
  blobDescriptorPayload,
  blobPassPayload,
  blobReferencePayload,
  blobRetirementPayload,
  blobRootPayload,
  blobUploadPayload,
} from './blob.js';
export { decodeCanonicalJson, encodeCanonicalJson, JSON_DEPTH_MAX } from './canonical-json.js';
export { decodeCbor } from './cbor-decode.js';
export { encodeCbor } from './cbor-encode.js';
export { CBOR_DEPTH_MAX } from './cbor-format.js';
export { type ConnectionRecord, connectionPayload } from './connection.js';
export {
  type ActorContents,
  actorContents,
  type ConnectionContents,
  connectionContents,
} from './contents.js';
export { type FieldContentRecord, type FieldRecord, fieldPayload } from './field.js';
export { type FileMetaRecord, fileMetaPayload } from './file-meta.js';
export { type ImportMarkerRecord, importMarkerPayload } from './import-marker.js';
export { type LayoutHeaderRecord, layoutHeaderPayload } from './layout-header.js';
export { definePayload, firstVersion, nextVersion, type Payload, type PayloadVersions } from './payload.js';
export {
  type QueueMessageRecord,
  type QueueMetadataRecord,
  queueMessagePayload,
  queueMetadataPayload,
} from './queue.js';
export {
  type QueueDeadLetterRecord,
  type QueueIdempotencyRecord,
  type QueuePendingRecord,
  type QueueQuarantineRecord,
  type QueueResponseRecord,
  type QueueStateRecord,
  queueDeadLetterPayload,
  queueIdempotencyPayload,
  queuePendingPayload,
  queueQuarantinePayload,
  queueResponsePayload,
  queueStatePayload,
} from './queue-records.js';
export {
  type ActiveSpanRecord,
  SPAN_STATUS_CODES,
  type SpanLinkRecord,
  type SpanStartRecord,
  type SpanStatusCode,
  type SpanStatusRecord,
  type TraceAttributeRecord,
  type TraceBodyRecord,
  type TraceChunkRecord,
  type TraceRecord,
  type TraceRecordKey,
  traceChunkPayload,
} from './trace-chunk.js';
export {
  compressTraceChunk,
  decodeTraceChunk,
  TRACE_CHUNK_BYTES_MAX,
} from './trace-compression.js';
export { type TraceIndexRecord, traceHash, traceIndexPayload } from './trace-index.js';
export {
  USAGE_NAMESPACES,
  USAGE_RECORD_BYTES,
  type UsageCount,
  type UsageRecord,
  usagePayload,
  writeUsageRecord,
} from './usage.js';
export { dueAtMs, type WakeRecord, wakePayload } from './wake.js';
export {
  BRANCH_STATUSES,
  type BranchRecord,
  type BranchStatus,
  SLEEP_STATES,
  type SleepState,
  WORKFLOW_ENTRY_TYPES,
  type WorkflowEntryRecord,
  type WorkflowEntryType,
  type WorkflowEventRecord,
  type WorkflowSegment,
  workflowEntryPayload,
} from './workflow-entry.js';
export {
  decodeWorkflowEvent,
  encodeWorkflowEvent,
  sameLocation,
  type WorkflowBranch,
  type WorkflowEntry,
  type WorkflowEvent,
} from './workflow-event.js';
export {
  ENTRY_STATUSES,
  type EntryStatus,
  WORKFLOW_STATES,
  type WorkflowMessageRecord,
  type WorkflowMetadataRecord,
  type WorkflowState,
  workflowMessagePayload,
  workflowMetadataPayload,
} from './workflow-metadata.js';
