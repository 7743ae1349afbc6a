import fc from 'fast-check';
import { toHex } from '../../src/bytes/index.js';
import { type ErrorCode, isKeyspaceError, type KeyspaceError } from '../../src/errors.js';
import {
  type ActorRecord,
  actorPayload,
  BRANCH_STATUSES,
  type BranchRecord,
  blobDescriptorPayload,
  blobPassPayload,
  blobReferencePayload,
  blobRetirementPayload,
  blobRootPayload,
  blobUploadPayload,
  type ConnectionRecord,
  connectionPayload,
  ENTRY_STATUSES,
  fieldPayload,
  fileMetaPayload,
  importMarkerPayload,
  layoutHeaderPayload,
  type Payload,
  type QueueMessageRecord,
  queueDeadLetterPayload,
  queueIdempotencyPayload,
  queueMessagePayload,
  queueMetadataPayload,
  queuePendingPayload,
  queueQuarantinePayload,
  queueResponsePayload,
  queueStatePayload,
  SLEEP_STATES,
  SPAN_STATUS_CODES,
  type TraceChunkRecord,
  traceChunkPayload,
  traceIndexPayload,
  USAGE_NAMESPACES,
  usagePayload,
  WORKFLOW_ENTRY_TYPES,
  type WorkflowEntryRecord,
  type WorkflowEventRecord,
  type WorkflowMetadataRecord,
  wakePayload,
  workflowEntryPayload,
  workflowMessagePayload,
  workflowMetadataPayload,
} from '../../src/values/index.js';

/** The error that `action` throws; anything but a KeyspaceError of this code fails the test. */
export function errorOf<Code extends ErrorCode>(code: Code, action: () => unknown): KeyspaceError<Code> {
  let result: unknown;
  try {
    result = action();
  } catch (error) {
    if (isKeyspaceError(error, code)) return error;
    throw error;
  }
  throw new Error(`expected ${code}, returned ${JSON.stringify(plain(result))}`);
}

/** A record as the vectors hold it: bytes as hex, bigints as decimal text, maps as lists of pairs. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (value instanceof Uint32Array) return [...value];
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Map) return [...value].map(plain);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field)]));
}

const text = fc.string({ unit: 'binary' });
const bytes = fc.uint8Array({ max: 255 });
const timeMs = fc.maxSafeInteger();
const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffff_ffff);
const id = fc.uint8Array({ minLength: 4, maxLength: 4 });
const digest = fc.uint8Array({ minLength: 32, maxLength: 32 });

const actor: fc.Arbitrary<ActorRecord> = fc.record(
  {
    input: bytes,
    initialized: fc.boolean(),
    state: bytes,
    scheduledEvents: fc.array(
      fc.record(
        { eventId: text, dueAtMs: timeMs, action: text, args: bytes },
        { requiredKeys: ['eventId', 'dueAtMs', 'action'] },
      ),
    ),
  },
  { requiredKeys: ['initialized', 'state', 'scheduledEvents'] },
);

const connection: fc.Arbitrary<ConnectionRecord> = fc.record({
  id: text,
  parameters: bytes,
  state: bytes,
  subscriptions: fc.array(text),
  gatewayId: id,
  requestId: id,
  serverMessageIndex: u16,
  clientMessageIndex: u16,
  requestPath: text,
  requestHeaders: fc.array(fc.tuple(text, text)).map((headers) => new Map(headers)),
});

const queueMessage: fc.Arbitrary<QueueMessageRecord> = fc.record(
  {
    name: text,
    body: bytes,
    enqueuedAtMs: timeMs,
    failureCount: u32,
    availableAtMs: timeMs,
    inFlight: fc.boolean(),
    inFlightAtMs: timeMs,
  },
  { requiredKeys: ['name', 'body', 'enqueuedAtMs'] },
);

const natMs = fc.maxSafeNat();
const u64 = fc.bigInt(0n, 2n ** 64n - 1n);

const branches: fc.Arbitrary<ReadonlyMap<string, BranchRecord>> = fc
  .array(
    fc.tuple(
      text,
      fc.record(
        { status: fc.constantFrom(...BRANCH_STATUSES), output: bytes, error: text },
        { requiredKeys: ['status'] },
      ),
    ),
    { maxLength: 4 },
  )
  .map((entries) => new Map(entries));

const event: fc.Arbitrary<WorkflowEventRecord> = fc.oneof(
  fc.record({ type: fc.constant('step' as const), output: bytes, error: text }, { requiredKeys: ['type'] }),
  fc.record(
    { type: fc.constant('loop' as const), state: bytes, iteration: u32, output: bytes },
    { requiredKeys: ['type', 'state', 'iteration'] },
  ),
  fc.record({
    type: fc.constant('sleep' as const),
    deadlineMs: natMs,
    state: fc.constantFrom(...SLEEP_STATES),
  }),
  fc.record({ type: fc.constant('message' as const), name: text, data: bytes }),
  fc.record({ type: fc.constant('rollback_checkpoint' as const), name: text }),
  fc.record({ type: fc.constant('join' as const), branches }),
  fc.record(
    { type: fc.constant('race' as const), winner: text, branches },
    { requiredKeys: ['type', 'branches'] },
  ),
  fc.record(
    {
      type: fc.constant('removed' as const),
      originalType: fc.constantFrom(...WORKFLOW_ENTRY_TYPES),
      originalName: text,
    },
    { requiredKeys: ['type', 'originalType'] },
  ),
);

const segment = fc.oneof(u32, fc.record({ loop: u32, iteration: u32 }));

const workflowEntry: fc.Arbitrary<WorkflowEntryRecord> = fc.record({
  id: text,
  location: fc.array(segment, { maxLength: 5 }),
  event,
});

const workflowMetadata: fc.Arbitrary<WorkflowMetadataRecord> = fc.record(
  {
    status: fc.constantFrom(...ENTRY_STATUSES),
    error: text,
    attempts: u32,
    lastAttemptAtMs: natMs,
    createdAtMs: natMs,
    completedAtMs: natMs,
    rollbackCompletedAtMs: natMs,
    rollbackError: text,
  },
  { requiredKeys: ['status', 'attempts', 'lastAttemptAtMs', 'createdAtMs'] },
);

const STRINGS = ['', 'a', 'é'];
const stringIndex = fc.nat(STRINGS.length - 1);
const attributes = fc.array(fc.record({ key: stringIndex, value: bytes }), { maxLength: 3 });
const status = fc.record(
  { code: fc.constantFrom(...SPAN_STATUS_CODES), message: text },
  { requiredKeys: ['code'] },
);
const link = fc.record(
  { traceId: bytes, spanId: bytes, traceState: text, attributes, droppedAttributesCount: u32 },
  { requiredKeys: ['traceId', 'spanId', 'attributes', 'droppedAttributesCount'] },
);
const spanStart = {
  traceId: bytes,
  spanId: bytes,
  name: stringIndex,
  kind: u32,
  flags: u32,
  attributes,
  droppedAttributesCount: u32,
  links: fc.array(link, { maxLength: 2 }),
  droppedLinksCount: u32,
  parentSpanId: bytes,
  traceState: text,
};
const START_KEYS = Object.keys(spanStart).slice(0, 9) as (keyof typeof spanStart)[];
const traceBody = fc.oneof(
  fc.record({ type: fc.constant('start' as const), ...spanStart }, { requiredKeys: ['type', ...START_KEYS] }),
  fc.record({
    type: fc.constant('event' as const),
    spanId: bytes,
    name: stringIndex,
    attributes,
    droppedAttributesCount: u32,
  }),
  fc.record(
    { type: fc.constant('update' as const), spanId: bytes, attributes, droppedAttributesCount: u32, status },
    { requiredKeys: ['type', 'spanId', 'attributes', 'droppedAttributesCount'] },
  ),
  fc.record(
    { type: fc.constant('end' as const), spanId: bytes, status },
    { requiredKeys: ['type', 'spanId'] },
  ),
  fc.record(
    { type: fc.constant('snapshot' as const), ...spanStart, startTimeUnixNs: u64, status },
    { requiredKeys: ['type', 'startTimeUnixNs', ...START_KEYS] },
  ),
);
const recordKey = fc.record({ prefix: u32, bucketStartSec: u64, chunkId: u32, recordIndex: u32 });

const traceChunk = fc.record({
  baseUnixNs: u64,
  strings: fc.constant(STRINGS),
  records: fc.array(fc.record({ timeOffsetNs: u64, body: traceBody }), { maxLength: 4 }),
  activeSpans: fc.array(
    fc.record(
      { spanId: bytes, startKey: recordKey, latestSnapshotKey: recordKey },
      { requiredKeys: ['spanId', 'startKey'] },
    ),
    { maxLength: 2 },
  ),
}) as unknown as fc.Arbitrary<TraceChunkRecord>;

const hashes = fc
  .array(u32, { maxLength: 5 })
  .map((list) => Uint32Array.from([...new Set(list)].sort((a, b) => a - b)));

/** A payload with an arbitrary of its records. */
export interface Sample {
  readonly payload: Payload<unknown>;
  readonly records: fc.Arbitrary<unknown>;
}

function sample<Value>(payload: Payload<Value>, records: fc.Arbitrary<Value>): Sample {
  return { payload: payload as Payload<unknown>, records };
}

export const SAMPLES: readonly Sample[] = [
  sample(actorPayload, actor),
  sample(connectionPayload, connection),
  sample(queueMetadataPayload, fc.record({ nextId: fc.bigInt(0n, 2n ** 64n - 1n), messageCount: u32 })),
  sample(queueMessagePayload, queueMessage),
  sample(
    queueStatePayload,
    fc.record(
      {
        metadata: fc.uint8Array({ minLength: 14, maxLength: 14 }),
        readyCount: u32,
        isPaused: fc.boolean(),
        clockMs: timeMs,
        wakeAtMs: timeMs,
      },
      { requiredKeys: ['metadata', 'readyCount', 'isPaused', 'clockMs'] },
    ),
  ),
  sample(
    queuePendingPayload,
    fc.record({ name: text, sinceMs: timeMs, leaseId: text }, { requiredKeys: ['name'] }),
  ),
  sample(
    queueIdempotencyPayload,
    fc.record({ messageId: fc.uint8Array({ minLength: 8, maxLength: 8 }), expiresAtMs: timeMs }),
  ),
  sample(queueDeadLetterPayload, fc.record({ message: bytes, reason: text, deadAtMs: timeMs })),
  sample(queueResponsePayload, fc.record({ body: bytes, completedAtMs: timeMs, expiresAtMs: timeMs })),
  sample(queueQuarantinePayload, fc.record({ reason: text, atMs: timeMs, hasBytes: fc.boolean() })),
  sample(fileMetaPayload, fc.record({ fileBytes: fc.maxSafeNat() })),
  sample(layoutHeaderPayload, fc.record({ layoutVersion: u16 })),
  sample(
    usagePayload,
    fc.record({
      namespaces: fc.array(fc.record({ keyCount: fc.maxSafeNat(), bytes: fc.maxSafeNat() }), {
        minLength: USAGE_NAMESPACES + 1,
        maxLength: USAGE_NAMESPACES + 1,
      }),
    }),
  ),
  sample(
    wakePayload,
    fc.record(
      { stateAtMs: fc.maxSafeNat(), queueAtMs: fc.maxSafeNat(), workflowAtMs: fc.maxSafeNat() },
      { requiredKeys: [] },
    ),
  ),
  sample(
    blobDescriptorPayload,
    fc.record({ byteCount: fc.maxSafeNat(), chunkBytes: u32, storedAtMs: fc.maxSafeNat() }),
  ),
  sample(
    blobReferencePayload,
    fc.record(
      { referencedAtMs: fc.maxSafeNat(), expiresAtMs: fc.maxSafeNat() },
      { requiredKeys: ['referencedAtMs'] },
    ),
  ),
  sample(blobRetirementPayload, fc.record({ retiredAtMs: fc.maxSafeNat() })),
  sample(blobRootPayload, fc.record({ memberCount: fc.maxSafeNat(), replacedAtMs: fc.maxSafeNat() })),
  sample(
    blobUploadPayload,
    fc.record({ expiresAtMs: fc.maxSafeNat(), digest }, { requiredKeys: ['expiresAtMs'] }),
  ),
  sample(
    blobPassPayload,
    fc.record(
      {
        endedAtMs: fc.maxSafeNat(),
        scanned: fc.maxSafeNat(),
        held: fc.maxSafeNat(),
        stamped: fc.maxSafeNat(),
        withinGrace: fc.maxSafeNat(),
        deleted: fc.maxSafeNat(),
        deletedBytes: fc.maxSafeNat(),
        spared: fc.maxSafeNat(),
        failed: fc.maxSafeNat(),
      },
      {
        requiredKeys: [
          'scanned',
          'held',
          'stamped',
          'withinGrace',
          'deleted',
          'deletedBytes',
          'spared',
          'failed',
        ],
      },
    ),
  ),
  sample(
    fieldPayload,
    fc.record(
      {
        updatedAtMs: fc.maxSafeNat(),
        expiresAtMs: fc.maxSafeNat(),
        content: fc.oneof(
          fc.record({ kind: fc.constant('inline' as const), json: bytes }),
          fc.record({ kind: fc.constant('blob' as const), digest, byteCount: fc.maxSafeNat() }),
        ),
      },
      { requiredKeys: ['updatedAtMs', 'content'] },
    ),
  ),
  sample(importMarkerPayload, fc.record({ importId: text })),
  sample(workflowEntryPayload, workflowEntry),
  sample(workflowMetadataPayload, workflowMetadata),
  sample(workflowMessagePayload, fc.record({ id: text, name: text, data: bytes, sentAtMs: natMs })),
  sample(traceChunkPayload, traceChunk),
  sample(
    traceIndexPayload,
    fc.record({
      chunkBytes: u32,
      recordCount: u32,
      firstNs: u64,
      lastNs: u64,
      isSelfContained: fc.boolean(),
      traces: hashes,
      names: hashes,
    }),
  ),
];

/** Damages bytes: flips, inserts, removes, cuts, or sets a byte to an edge. */
export function mutated(from: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const edit = fc.record({
    kind: fc.constantFrom('flip', 'insert', 'remove', 'cut', 'edge'),
    at: fc.nat(),
    byte: fc.nat(255),
    edge: fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0xff),
  });
  return fc.tuple(from, fc.array(edit, { minLength: 1, maxLength: 3 })).map(([original, edits]) => {
    const damaged = [...original];
    for (const { kind, at, byte, edge } of edits) {
      const index = damaged.length === 0 ? 0 : at % damaged.length;
      if (kind === 'insert') damaged.splice(index, 0, byte);
      else if (kind === 'remove') damaged.splice(index, 1);
      else if (kind === 'cut') damaged.length = index;
      else if (index < damaged.length)
        damaged[index] = kind === 'flip' ? (damaged[index] as number) ^ byte : edge;
    }
    return Uint8Array.from(damaged);
  });
}
