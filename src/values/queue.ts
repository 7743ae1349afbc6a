import { fromData, toData } from './data.js';
import { definePayload, firstVersion, type Payload } from './payload.js';
import * as message from './schemas/queue-message-v4.generated.js';
import * as metadata from './schemas/queue-metadata-v4.generated.js';

/** What a queue needs to enqueue without scanning. */
export interface QueueMetadataRecord {
  /** Id of the next message, 0 to 2^64 - 1. */
  readonly nextId: bigint;
  /** Number of message records, 0 to 2^32 - 1. */
  readonly messageCount: number;
}

/**
 * The value at key `05 01 01`.
 *
 * Format: RivetKit actor-persist version 4, `QueueMetadata`: u64 · u32. Always 14 bytes.
 */
export const queueMetadataPayload: Payload<QueueMetadataRecord> = definePayload({
  name: 'queue.metadata',
  versions: firstVersion(4, metadata.readQueueMetadata),
  write: metadata.writeQueueMetadata,
  toWire: ({ nextId, messageCount }: QueueMetadataRecord) => ({ nextId, size: messageCount }),
  fromWire: ({ nextId, size }): QueueMetadataRecord => ({ nextId, messageCount: size }),
});

/** One queued message. Times are milliseconds since the Unix epoch, safe integers. */
export interface QueueMessageRecord {
  readonly name: string;
  /** CBOR. */
  readonly body: Uint8Array;
  readonly enqueuedAtMs: number;
  /** 0 to 2^32 - 1. */
  readonly failureCount?: number;
  readonly availableAtMs?: number;
  readonly inFlight?: boolean;
  readonly inFlightAtMs?: number;
}

/**
 * The value at key `05 01 02 ‖ id`.
 *
 * Format: RivetKit actor-persist version 4, `QueueMessage`: name · body data · i64 · optional u32 · optional i64 ·
 * optional bool · optional i64. A field that is missing or undefined is written as absent.
 */
export const queueMessagePayload: Payload<QueueMessageRecord> = definePayload({
  name: 'queue.message',
  versions: firstVersion(4, message.readQueueMessage),
  write: message.writeQueueMessage,

  toWire: (record: QueueMessageRecord): message.QueueMessage => ({
    name: record.name,
    body: toData(record.body),
    createdAt: record.enqueuedAtMs,
    failureCount: record.failureCount,
    availableAt: record.availableAtMs,
    inFlight: record.inFlight,
    inFlightAt: record.inFlightAtMs,
  }),

  fromWire: ({ name, body, createdAt, failureCount, availableAt, inFlight, inFlightAt }) => ({
    name,
    body: fromData(body),
    enqueuedAtMs: createdAt,
    ...(failureCount !== undefined && { failureCount }),
    ...(availableAt !== undefined && { availableAtMs: availableAt }),
    ...(inFlight !== undefined && { inFlight }),
    ...(inFlightAt !== undefined && { inFlightAtMs: inFlightAt }),
  }),
});
