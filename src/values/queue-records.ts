import { fromData, toData } from './data.js';
import { definePayload, firstVersion, type Payload } from './payload.js';
import * as deadLetter from './schemas/queue-dead-letter-v1.generated.js';
import * as idempotency from './schemas/queue-idempotency-v1.generated.js';
import * as pending from './schemas/queue-pending-v1.generated.js';
import * as quarantine from './schemas/queue-quarantine-v1.generated.js';
import * as response from './schemas/queue-response-v1.generated.js';
import * as state from './schemas/queue-state-v1.generated.js';

/** What the queue as a whole remembers. Times are milliseconds since the Unix epoch, safe integers. */
export interface QueueStateRecord {
  /** The metadata that the index matches: 14 bytes. */
  readonly metadata: Uint8Array;
  /** Messages in the index of ready ones, 0 to 2^32 - 1. */
  readonly readyCount: number;
  readonly isPaused: boolean;
  /** The latest time at which the queue was used. */
  readonly clockMs: number;
  /** When the actor is due because of the queue; `undefined`: never. */
  readonly wakeAtMs?: number | undefined;
}

/** The value at key `05 01 03`. Format: version 1, data[14] · u32 · bool · i64 · optional i64. */
export const queueStatePayload: Payload<QueueStateRecord> = definePayload({
  name: 'queue.state',
  versions: firstVersion(1, state.readQueueState),
  write: state.writeQueueState,
  toWire: ({ metadata, readyCount, isPaused, clockMs, wakeAtMs }: QueueStateRecord): state.QueueState => ({
    metadata: toData(metadata),
    ready: readyCount,
    paused: isPaused,
    clock: clockMs,
    wakeAt: wakeAtMs,
  }),
  fromWire: ({ metadata, ready, paused, clock, wakeAt }): QueueStateRecord => ({
    metadata: fromData(metadata),
    readyCount: ready,
    isPaused: paused,
    clockMs: clock,
    ...(wakeAt !== undefined && { wakeAtMs: wakeAt }),
  }),
});

/** Of a message that becomes ready later. */
export interface QueuePendingRecord {
  readonly name: string;
  /** Since when it waits, in milliseconds since the Unix epoch; absent if it waits for a time, not for a while. */
  readonly sinceMs?: number | undefined;
  /** Present while it is leased. */
  readonly leaseId?: string | undefined;
}

/** The value at key `05 01 06 ‖ availableAtMs ‖ id`. Format: version 1, str · optional i64 · optional str. */
export const queuePendingPayload: Payload<QueuePendingRecord> = definePayload({
  name: 'queue.pending',
  versions: firstVersion(1, pending.readQueuePending),
  write: pending.writeQueuePending,
  toWire: ({ name, sinceMs, leaseId }: QueuePendingRecord): pending.QueuePending => ({
    name,
    since: sinceMs,
    leaseId,
  }),
  fromWire: ({ name, since, leaseId }): QueuePendingRecord => ({
    name,
    ...(since !== undefined && { sinceMs: since }),
    ...(leaseId !== undefined && { leaseId }),
  }),
});

/** What was enqueued under an idempotency key. */
export interface QueueIdempotencyRecord {
  /** As in its key: 8 bytes, most significant first. */
  readonly messageId: Uint8Array;
  readonly expiresAtMs: number;
}

/** The value at key `05 01 07 ‖ idempotencyKey`. Format: version 1, data[8] · i64. */
export const queueIdempotencyPayload: Payload<QueueIdempotencyRecord> = definePayload({
  name: 'queue.idempotency',
  versions: firstVersion(1, idempotency.readQueueIdempotency),
  write: idempotency.writeQueueIdempotency,
  toWire: ({ messageId, expiresAtMs }: QueueIdempotencyRecord): idempotency.QueueIdempotency => ({
    messageId: toData(messageId),
    expiresAt: expiresAtMs,
  }),
  fromWire: ({ messageId, expiresAt }): QueueIdempotencyRecord => ({
    messageId: fromData(messageId),
    expiresAtMs: expiresAt,
  }),
});

/** A message that was given up. */
export interface QueueDeadLetterRecord {
  /** The message as it was stored last: a `QueueMessageRecord`, encoded. */
  readonly message: Uint8Array;
  readonly reason: string;
  readonly deadAtMs: number;
}

/** The value at key `05 01 08 ‖ id`. Format: version 1, data · str · i64. */
export const queueDeadLetterPayload: Payload<QueueDeadLetterRecord> = definePayload({
  name: 'queue.dead_letter',
  versions: firstVersion(1, deadLetter.readQueueDeadLetter),
  write: deadLetter.writeQueueDeadLetter,
  toWire: ({ message, reason, deadAtMs }: QueueDeadLetterRecord): deadLetter.QueueDeadLetter => ({
    message: toData(message),
    reason,
    deadAt: deadAtMs,
  }),
  fromWire: ({ message, reason, deadAt }): QueueDeadLetterRecord => ({
    message: fromData(message),
    reason,
    deadAtMs: deadAt,
  }),
});

/** What a message was completed with. */
export interface QueueResponseRecord {
  /** CBOR. */
  readonly body: Uint8Array;
  readonly completedAtMs: number;
  readonly expiresAtMs: number;
}

/** The value at key `05 01 09 ‖ id`. Format: version 1, data · i64 · i64. */
export const queueResponsePayload: Payload<QueueResponseRecord> = definePayload({
  name: 'queue.response',
  versions: firstVersion(1, response.readQueueResponse),
  write: response.writeQueueResponse,
  toWire: ({ body, completedAtMs, expiresAtMs }: QueueResponseRecord): response.QueueResponse => ({
    body: toData(body),
    completedAt: completedAtMs,
    expiresAt: expiresAtMs,
  }),
  fromWire: ({ body, completedAt, expiresAt }): QueueResponseRecord => ({
    body: fromData(body),
    completedAtMs: completedAt,
    expiresAtMs: expiresAt,
  }),
});

/** Why a message could not be decoded. */
export interface QueueQuarantineRecord {
  readonly reason: string;
  readonly atMs: number;
  /** Whether its bytes are kept; if not, the damaged entry is still at its own key. */
  readonly hasBytes: boolean;
}

/** The value at key `05 01 0c ‖ tail`. Format: version 1, str · i64 · bool. */
export const queueQuarantinePayload: Payload<QueueQuarantineRecord> = definePayload({
  name: 'queue.quarantine',
  versions: firstVersion(1, quarantine.readQueueQuarantine),
  write: quarantine.writeQueueQuarantine,
  toWire: ({ reason, atMs, hasBytes }: QueueQuarantineRecord): quarantine.QueueQuarantine => ({
    reason,
    at: atMs,
    hasBytes,
  }),
  fromWire: ({ reason, at, hasBytes }): QueueQuarantineRecord => ({ reason, atMs: at, hasBytes }),
});
