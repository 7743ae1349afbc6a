import type {
  ActorContents,
  BlobDescriptorRecord,
  BlobPassRecord,
  BlobReferenceRecord,
  BlobRetirementRecord,
  BlobRootRecord,
  BlobUploadRecord,
  ConnectionContents,
  FileMetaRecord,
  ImportMarkerRecord,
  LayoutHeaderRecord,
  QueueMetadataRecord,
  QueuePendingRecord,
  QueueQuarantineRecord,
  QueueStateRecord,
  TraceChunkRecord,
  TraceIndexRecord,
  UsageRecord,
  WakeRecord,
  WorkflowEntry,
  WorkflowMetadataRecord,
  WorkflowState,
} from '../values/index.js';
import type {
  DecodedDeadLetter,
  DecodedField,
  DecodedMessage,
  DecodedResponse,
  DecodedWorkflowMessage,
} from './records.js';

/** What each kind of value is decoded to. */
export interface ValueRecords {
  readonly layoutHeader: LayoutHeaderRecord;
  readonly usage: UsageRecord;
  readonly wake: WakeRecord;
  readonly importMarker: ImportMarkerRecord;
  readonly actor: ActorContents;
  readonly connection: ConnectionContents;
  readonly inspectorToken: string;
  /** The user's own bytes. */
  readonly userValue: Uint8Array;
  readonly queueMetadata: QueueMetadataRecord;
  readonly queueMessage: DecodedMessage;
  readonly queueState: QueueStateRecord;
  /** The name of the message. */
  readonly queueReady: string;
  readonly queuePending: QueuePendingRecord;
  readonly queueIdempotency: { readonly messageId: bigint; readonly expiresAtMs: number };
  readonly queueDeadLetter: DecodedDeadLetter;
  readonly queueResponse: DecodedResponse;
  readonly queueQuarantine: QueueQuarantineRecord;
  readonly workflowName: string;
  readonly workflowState: WorkflowState;
  readonly workflowOutput: unknown;
  readonly workflowError: unknown;
  readonly workflowInput: unknown;
  readonly workflowEntry: WorkflowEntry;
  readonly workflowMetadata: WorkflowMetadataRecord;
  readonly workflowMessage: DecodedWorkflowMessage;
  /** Attribute values are CBOR. */
  readonly traceChunk: TraceChunkRecord;
  readonly traceIndex: TraceIndexRecord;
  readonly fileMeta: FileMetaRecord;
  /** 1 to 4,096 bytes of a database file; the rest of 4,096 is zero. */
  readonly sqliteChunk: Uint8Array;
  readonly blobDescriptor: BlobDescriptorRecord;
  /** Bytes of a blob. */
  readonly blobBytes: Uint8Array;
  readonly blobReference: BlobReferenceRecord;
  readonly blobRetirement: BlobRetirementRecord;
  readonly blobRoot: BlobRootRecord;
  readonly blobUpload: BlobUploadRecord;
  readonly blobPass: BlobPassRecord;
  readonly field: DecodedField;
  readonly none: undefined;
  /** Bytes of a family whose values this version does not decode. */
  readonly bytes: Uint8Array;
}

export type ValueKind = keyof ValueRecords;

/** A value by its kind. */
export type DecodedValue = {
  readonly [Kind in ValueKind]: {
    readonly kind: Kind;
    /** Shares no memory with the bytes it was decoded from. */
    readonly record: ValueRecords[Kind];
    /** What it is, in a few English words. Holds nothing that the actor's own code has stored. */
    readonly sentence: string;
  };
}[ValueKind];
