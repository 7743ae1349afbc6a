import { fromData, toData } from './data.js';
import { definePayload, firstVersion, type Payload } from './payload.js';
import * as metadata from './schemas/workflow-entry-metadata-v1.generated.js';
import * as message from './schemas/workflow-message-v1.generated.js';
import { wordField } from './word.js';

export const ENTRY_STATUSES = ['pending', 'running', 'completed', 'failed', 'exhausted'] as const;
export type EntryStatus = (typeof ENTRY_STATUSES)[number];

/** What is kept beside one history entry. Times are milliseconds since the Unix epoch, 0 to 2^53 - 1. */
export interface WorkflowMetadataRecord {
  readonly status: EntryStatus;
  readonly error?: string;
  /** 0 to 2^32 - 1. */
  readonly attempts: number;
  readonly lastAttemptAtMs: number;
  readonly createdAtMs: number;
  readonly completedAtMs?: number;
  readonly rollbackCompletedAtMs?: number;
  readonly rollbackError?: string;
}

const status = wordField('status of an entry', ENTRY_STATUSES);

/**
 * The value at key `06 01 T[4, entryId]`.
 *
 * Format: RivetKit workflow-engine version 1, `EntryMetadata`: u8 · optional str · u32 · u64 · u64 · optional u64 ·
 * optional u64 · optional str.
 */
export const workflowMetadataPayload: Payload<WorkflowMetadataRecord> = definePayload({
  name: 'workflow.entry_metadata',
  versions: firstVersion(1, metadata.readEntryMetadata),
  write: metadata.writeEntryMetadata,
  toWire: (record: WorkflowMetadataRecord): metadata.EntryMetadata => ({
    status: status.toNumber(record.status),
    error: record.error,
    attempts: record.attempts,
    lastAttemptAt: record.lastAttemptAtMs,
    createdAt: record.createdAtMs,
    completedAt: record.completedAtMs,
    rollbackCompletedAt: record.rollbackCompletedAtMs,
    rollbackError: record.rollbackError,
  }),
  fromWire: ({
    error,
    completedAt,
    rollbackCompletedAt,
    rollbackError,
    ...wire
  }): WorkflowMetadataRecord => ({
    status: status.toWord(wire.status),
    ...(error !== undefined && { error }),
    attempts: wire.attempts,
    lastAttemptAtMs: wire.lastAttemptAt,
    createdAtMs: wire.createdAt,
    ...(completedAt !== undefined && { completedAtMs: completedAt }),
    ...(rollbackCompletedAt !== undefined && { rollbackCompletedAtMs: rollbackCompletedAt }),
    ...(rollbackError !== undefined && { rollbackError }),
  }),
});

/** A message that the workflow has not received yet. */
export interface WorkflowMessageRecord {
  readonly id: string;
  readonly name: string;
  /** CBOR. */
  readonly data: Uint8Array;
  /** Milliseconds since the Unix epoch, 0 to 2^53 - 1. */
  readonly sentAtMs: number;
}

/** The value at key `06 01 T[5, sequence]`: id str · name str · data · sentAt u64. */
export const workflowMessagePayload: Payload<WorkflowMessageRecord> = definePayload({
  name: 'workflow.message',
  versions: firstVersion(1, message.readMessage),
  write: message.writeMessage,
  toWire: ({ id, name, data, sentAtMs }: WorkflowMessageRecord) => ({
    id,
    name,
    data: toData(data),
    sentAt: sentAtMs,
  }),
  fromWire: ({ id, name, data, sentAt }): WorkflowMessageRecord => ({
    id,
    name,
    data: fromData(data),
    sentAtMs: sentAt,
  }),
});

export const WORKFLOW_STATES = [
  'pending',
  'running',
  'sleeping',
  'failed',
  'completed',
  'cancelled',
  'rolling_back',
] as const;

/** The value at key `06 01 T[3, 1]`, the word itself in UTF-8. */
export type WorkflowState = (typeof WORKFLOW_STATES)[number];
