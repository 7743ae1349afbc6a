import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex } from '../../src/bytes/index.js';
import { isKeyspaceError } from '../../src/errors.js';
import { VALUE_DECODERS } from '../../src/inspect/decoders.js';
import { decodeEntry, decodeKeyspaceEntry } from '../../src/inspect/index.js';
import {
  ACTOR_FAMILIES,
  connection,
  KEYSPACE_FAMILIES,
  kvEntry,
  layout0WorkflowField,
  queueMessage,
  sqliteChunk,
  WORKFLOW_FIELD,
  workflowField,
} from '../../src/layout/index.js';
import {
  actorPayload,
  blobDescriptorPayload,
  blobPassPayload,
  blobReferencePayload,
  blobRetirementPayload,
  blobRootPayload,
  blobUploadPayload,
  connectionPayload,
  encodeCbor,
  fieldPayload,
  importMarkerPayload,
  queueDeadLetterPayload,
  queueIdempotencyPayload,
  queueMessagePayload,
  queueMetadataPayload,
  queuePendingPayload,
  queueQuarantinePayload,
  queueResponsePayload,
  queueStatePayload,
  type TraceChunkRecord,
  type TraceIndexRecord,
  traceChunkPayload,
  traceIndexPayload,
  usagePayload,
  type WorkflowEntryRecord,
  type WorkflowMetadataRecord,
  wakePayload,
  workflowEntryPayload,
  workflowMessagePayload,
  workflowMetadataPayload,
} from '../../src/values/index.js';
import { errorOf } from '../values/support.js';

const FAMILIES = [...ACTOR_FAMILIES, ...KEYSPACE_FAMILIES];
const SECRET = 'secret';
const utf8 = (text: string) => new Uint8Array(Buffer.from(text));

/** Payloads whose keys are settled and whose values no part of this version reads. */
const UNREAD = ['not defined yet'];

function entryOf(name: string, value: Uint8Array, fields?: object) {
  const family = FAMILIES.find((each) => each.name === name)!;
  const key = family.encode(fields ?? family.example);
  return family.partition === 'actor' ? decodeEntry(key, value) : decodeKeyspaceEntry(key, value);
}

const CONNECTION = {
  id: 'abc',
  parameters: encodeCbor({ a: SECRET }),
  state: encodeCbor(SECRET),
  subscriptions: [SECRET],
  gatewayId: new Uint8Array(4),
  requestId: new Uint8Array(4),
  serverMessageIndex: 0,
  clientMessageIndex: 0,
  requestPath: SECRET,
  requestHeaders: new Map([[SECRET, SECRET]]),
};
const namespaces = Array.from({ length: 13 }, (_, i) => ({ keyCount: i, bytes: 100 * i }));
const actor = {
  input: encodeCbor(SECRET),
  initialized: true,
  state: encodeCbor({ [SECRET]: SECRET }),
  scheduledEvents: [
    { eventId: SECRET, dueAtMs: 5, action: SECRET },
    { eventId: 'e2', dueAtMs: 6, action: 'a', args: encodeCbor([SECRET]) },
  ],
};
const AT_MS = 1_771_900_000_000;
const AT = '2026-02-24T02:26:40.000Z';
const none = { kind: 'none', record: undefined, sentence: 'no bytes' };
const pass = {
  scanned: 5,
  held: 1,
  stamped: 1,
  withinGrace: 1,
  deleted: 2,
  deletedBytes: 9,
  spared: 0,
  failed: 0,
};
const message = { name: SECRET, body: encodeCbor(SECRET), enqueuedAtMs: 1_771_900_000_000 };

const workflowEntry: WorkflowEntryRecord = {
  id: SECRET,
  location: [0, { loop: 0, iteration: 256 }, 1],
  event: {
    type: 'race',
    winner: SECRET,
    branches: new Map([[SECRET, { status: 'completed', output: encodeCbor(SECRET) }]]),
  },
};
const workflowMetadata: WorkflowMetadataRecord = {
  ...{ status: 'exhausted', error: SECRET, attempts: 4, lastAttemptAtMs: 1, createdAtMs: 0 },
  ...{ completedAtMs: 2, rollbackCompletedAtMs: 3, rollbackError: SECRET },
};
const traceChunk: TraceChunkRecord = {
  baseUnixNs: 1n,
  strings: [SECRET],
  records: [{ timeOffsetNs: 0n, body: { type: 'end', spanId: new Uint8Array(8) } }],
  activeSpans: [],
};
const traceIndex: TraceIndexRecord = {
  ...{ chunkBytes: 1_000, recordCount: 3, firstNs: 0n, lastNs: 2n ** 64n - 1n, isSelfContained: true },
  ...{ traces: Uint32Array.of(1, 0xffff_ffff), names: Uint32Array.of(0) },
};
const QUEUE_STATE = { metadata: new Uint8Array(14), readyCount: 2, isPaused: true, clockMs: 0 };
const NOTHING = [new Uint8Array(0), { kind: 'none', record: undefined, sentence: 'no bytes' }] as const;

/** By family: bytes, and what is decoded of them. */
const ENTRIES: Readonly<Record<string, readonly [Uint8Array, object]>> = {
  'system.layout': [
    fromHex('01000100'),
    { kind: 'layoutHeader', record: { layoutVersion: 1 }, sentence: 'layout 1' },
  ],
  'system.usage': [
    usagePayload.encode({ namespaces }),
    { kind: 'usage', record: { namespaces }, sentence: '78 keys, 7,800 bytes' },
  ],
  'system.wake': [
    wakePayload.encode({ stateAtMs: 1_771_900_000_000, workflowAtMs: Number.MAX_SAFE_INTEGER }),
    {
      kind: 'wake',
      record: { stateAtMs: 1_771_900_000_000, workflowAtMs: Number.MAX_SAFE_INTEGER },
      sentence:
        'state due at 2026-02-24T02:26:40.000Z, workflow due at millisecond 9,007,199,254,740,991 since 1970',
    },
  ],
  'system.import': [
    importMarkerPayload.encode({ importId: SECRET }),
    { kind: 'importMarker', record: { importId: SECRET }, sentence: 'an import that has not ended' },
  ],
  state: [
    actorPayload.encode(actor),
    {
      kind: 'actor',
      record: {
        input: SECRET,
        initialized: true,
        state: { [SECRET]: SECRET },
        scheduledEvents: [
          actor.scheduledEvents[0],
          { eventId: 'e2', dueAtMs: 6, action: 'a', args: [SECRET] },
        ],
      },
      sentence: `initialized, 2 scheduled events, ${actor.state.length} bytes of state`,
    },
  ],
  connection: [
    connectionPayload.encode(CONNECTION),
    {
      kind: 'connection',
      record: { ...CONNECTION, parameters: { a: SECRET }, state: SECRET },
      sentence: `1 subscription, ${CONNECTION.parameters.length} bytes of parameters, 7 bytes of state`,
    },
  ],
  inspectorToken: [utf8(SECRET), { kind: 'inspectorToken', record: SECRET, sentence: 'a token of 6 bytes' }],
  'kv.entry': [utf8(SECRET), { kind: 'userValue', record: utf8(SECRET), sentence: '6 bytes' }],
  'queue.metadata': [
    queueMetadataPayload.encode({ nextId: 2n ** 64n - 1n, messageCount: 1 }),
    {
      kind: 'queueMetadata',
      record: { nextId: 2n ** 64n - 1n, messageCount: 1 },
      sentence: '1 message, the next has id 18,446,744,073,709,551,615',
    },
  ],
  'queue.message': [
    queueMessagePayload.encode({ ...message, availableAtMs: 0, failureCount: 2, inFlight: true }),
    {
      kind: 'queueMessage',
      record: { ...message, body: SECRET, availableAtMs: 0, failureCount: 2, inFlight: true },
      sentence:
        '7 bytes of body, enqueued at 2026-02-24T02:26:40.000Z, available at 1970-01-01T00:00:00.000Z, 2 failures, in flight',
    },
  ],
  'queue.state': [
    queueStatePayload.encode({ ...QUEUE_STATE, wakeAtMs: 0 }),
    {
      kind: 'queueState',
      record: { ...QUEUE_STATE, wakeAtMs: 0 },
      sentence: '2 messages ready, paused, due at 1970-01-01T00:00:00.000Z',
    },
  ],
  'queue.ready': [utf8(SECRET), { kind: 'queueReady', record: SECRET, sentence: 'a name of 6 bytes' }],
  'queue.readyByName': NOTHING,
  'queue.pending': [
    queuePendingPayload.encode({ name: SECRET, sinceMs: 5, leaseId: SECRET }),
    { kind: 'queuePending', record: { name: SECRET, sinceMs: 5, leaseId: SECRET }, sentence: 'leased' },
  ],
  'queue.idempotency': [
    queueIdempotencyPayload.encode({ messageId: fromHex('0000000000000102'), expiresAtMs: 0 }),
    {
      kind: 'queueIdempotency',
      record: { messageId: 258n, expiresAtMs: 0 },
      sentence: 'message 258, until 1970-01-01T00:00:00.000Z',
    },
  ],
  'queue.deadLetter': [
    queueDeadLetterPayload.encode({
      message: queueMessagePayload.encode({ ...message, failureCount: 2 }),
      reason: SECRET,
      deadAtMs: 0,
    }),
    {
      kind: 'queueDeadLetter',
      record: { message: { ...message, body: SECRET, failureCount: 2 }, reason: SECRET, deadAtMs: 0 },
      sentence: 'given up at 1970-01-01T00:00:00.000Z after 2 failures',
    },
  ],
  'queue.response': [
    queueResponsePayload.encode({ body: encodeCbor(SECRET), completedAtMs: 0, expiresAtMs: 5 }),
    {
      kind: 'queueResponse',
      record: { body: SECRET, completedAtMs: 0, expiresAtMs: 5 },
      sentence: '7 bytes of body, answered at 1970-01-01T00:00:00.000Z',
    },
  ],
  'queue.expiry': NOTHING,
  'queue.quarantine': [utf8(SECRET), { kind: 'bytes', record: utf8(SECRET), sentence: '6 bytes' }],
  'queue.quarantineReason': [
    queueQuarantinePayload.encode({ reason: SECRET, atMs: 0, hasBytes: false }),
    {
      kind: 'queueQuarantine',
      record: { reason: SECRET, atMs: 0, hasBytes: false },
      sentence: 'put aside at 1970-01-01T00:00:00.000Z, its bytes cannot be read',
    },
  ],
  'queue.pausedName': NOTHING,
  'workflow.name': [utf8(SECRET), { kind: 'workflowName', record: SECRET, sentence: 'a name of 6 bytes' }],
  'workflow.field': [
    encodeCbor(SECRET),
    { kind: 'workflowOutput', record: SECRET, sentence: '7 bytes of output' },
  ],
  'workflow.history': [
    workflowEntryPayload.encode(workflowEntry),
    {
      kind: 'workflowEntry',
      record: {
        ...workflowEntry,
        event: {
          ...workflowEntry.event,
          branches: new Map([[SECRET, { status: 'completed', output: SECRET }]]),
        },
      },
      sentence: 'a race of 1 branch',
    },
  ],
  'workflow.entryMetadata': [
    workflowMetadataPayload.encode(workflowMetadata),
    { kind: 'workflowMetadata', record: workflowMetadata, sentence: 'exhausted, 4 attempts' },
  ],
  'workflow.message': [
    workflowMessagePayload.encode({ id: SECRET, name: SECRET, data: encodeCbor(SECRET), sentAtMs: 0 }),
    {
      kind: 'workflowMessage',
      record: { id: SECRET, name: SECRET, data: SECRET, sentAtMs: 0 },
      sentence: '7 bytes of data, sent at 1970-01-01T00:00:00.000Z',
    },
  ],
  'traces.chunk': [
    traceChunkPayload.encode(traceChunk),
    { kind: 'traceChunk', record: traceChunk, sentence: '1 record, 0 active spans' },
  ],
  'traces.index': [
    traceIndexPayload.encode(traceIndex),
    { kind: 'traceIndex', record: traceIndex, sentence: '3 records of 2 traces in 1,000 bytes' },
  ],
  'sqlite.meta': [
    fromHex('0100' + '0020000000000000'),
    { kind: 'fileMeta', record: { fileBytes: 8_192 }, sentence: 'a file of 8,192 bytes' },
  ],
  'sqlite.chunk': [
    utf8(SECRET),
    { kind: 'sqliteChunk', record: utf8(SECRET), sentence: 'a chunk that ends with 4,090 zero bytes' },
  ],
  'blobs.descriptor': [
    blobDescriptorPayload.encode({ byteCount: 1_000, chunkBytes: 65_508, storedAtMs: AT_MS }),
    {
      kind: 'blobDescriptor',
      record: { byteCount: 1_000, chunkBytes: 65_508, storedAtMs: AT_MS },
      sentence: `a blob of 1,000 bytes, stored at ${AT}`,
    },
  ],
  'blobs.chunk': [utf8(SECRET), { kind: 'blobBytes', record: utf8(SECRET), sentence: '6 bytes' }],
  'blobs.uploadChunk': [utf8(SECRET), { kind: 'blobBytes', record: utf8(SECRET), sentence: '6 bytes' }],
  'blobs.reference': [
    blobReferencePayload.encode({ referencedAtMs: 5, expiresAtMs: AT_MS }),
    {
      kind: 'blobReference',
      record: { referencedAtMs: 5, expiresAtMs: AT_MS },
      sentence: `until ${AT}`,
    },
  ],
  'blobs.retirement': [
    blobRetirementPayload.encode({ retiredAtMs: AT_MS }),
    { kind: 'blobRetirement', record: { retiredAtMs: AT_MS }, sentence: `since ${AT}` },
  ],
  'blobs.root': [
    blobRootPayload.encode({ memberCount: 1, replacedAtMs: AT_MS }),
    {
      kind: 'blobRoot',
      record: { memberCount: 1, replacedAtMs: AT_MS },
      sentence: `1 blob, written at ${AT}`,
    },
  ],
  'blobs.upload': [
    blobUploadPayload.encode({ expiresAtMs: AT_MS, digest: new Uint8Array(32) }),
    {
      kind: 'blobUpload',
      record: { expiresAtMs: AT_MS, digest: new Uint8Array(32) },
      sentence: `given up at ${AT}`,
    },
  ],
  'blobs.pass': [
    blobPassPayload.encode(pass),
    { kind: 'blobPass', record: pass, sentence: '2 blobs deleted, not ended' },
  ],
  'blobs.expiry': [new Uint8Array(0), none],
  'blobs.rootMember': [new Uint8Array(0), none],
  'blobs.fieldExpiry': [new Uint8Array(0), none],
  field: [
    fieldPayload.encode({ updatedAtMs: 5, content: { kind: 'inline', json: utf8(`"${SECRET}"`) } }),
    { kind: 'field', record: { updatedAtMs: 5, value: SECRET }, sentence: '8 bytes of JSON' },
  ],
  'keyspace.due': [new Uint8Array(0), none],
};

describe('an entry', () => {
  test.each(Object.entries(ENTRIES))(
    'of %s is decoded, without a word of its content',
    (name, [value, expected]) => {
      const copy = value.slice();
      const { key, value: decoded } = entryOf(name, copy);
      copy.fill(0xee);
      expect(key.family).toBe(name);
      expect(decoded).toEqual(expected);
      expect(decoded.sentence).not.toContain(SECRET);
    },
  );

  test('of every family whose payload is known is decoded, of no other', () => {
    const known = FAMILIES.filter(({ payload }) => !UNREAD.includes(payload)).map(({ name }) => name);
    expect(Object.keys(VALUE_DECODERS).sort()).toEqual(known.sort());
    const current = known.filter((name) => !name.startsWith('layout0.'));
    expect(Object.keys(ENTRIES).sort()).toEqual(current.sort());
    for (const { name, payload } of FAMILIES) {
      if (UNREAD.includes(payload)) {
        expect(entryOf(name, utf8('xy')).value).toEqual({
          kind: 'bytes',
          record: utf8('xy'),
          sentence: '2 bytes',
        });
      }
    }
  });

  test('of layout 0 is what it is in layout 1', () => {
    const names = ['queue.message', 'queue.metadata', 'workflow.name', 'workflow.history'];
    names.push('workflow.entryMetadata', 'traces.chunk', 'sqlite.meta', 'sqlite.chunk');
    for (const name of names) {
      const [value, expected] = ENTRIES[name]!;
      expect(entryOf(`layout0.${name}`, value).value).toEqual(expected);
    }
    const kinds = [1, 2, 3, 5].map((field) => {
      const value = field === 1 ? utf8('running') : encodeCbor(1);
      return decodeEntry(layout0WorkflowField.encode({ field }), value).value.kind;
    });
    expect(kinds).toEqual(['workflowState', 'workflowOutput', 'workflowError', 'workflowInput']);
    // The version, and what later versions of RivetKit keep where the metadata was.
    expect(decodeEntry(layout0WorkflowField.encode({ field: 4 }), utf8('x')).value.kind).toBe('bytes');
    expect(entryOf('layout0.queue.metadata', fromHex('0400')).value.kind).toBe('bytes');
  });

  test('of a workflow field is decoded by its number', () => {
    const decoded = (field: number, value: Uint8Array) =>
      decodeEntry(workflowField.encode({ field }), value).value;
    expect(decoded(WORKFLOW_FIELD.state, utf8('rolling_back'))).toEqual({
      kind: 'workflowState',
      record: 'rolling_back',
      sentence: 'rolling_back',
    });
    expect(decoded(WORKFLOW_FIELD.error, encodeCbor(null))).toMatchObject({
      kind: 'workflowError',
      record: null,
    });
    expect(decoded(WORKFLOW_FIELD.input, encodeCbor(1))).toMatchObject({ kind: 'workflowInput', record: 1 });
  });
});

describe('refused are', () => {
  test.each<[string, string, object | undefined]>([
    ['system.layout', '010001', undefined],
    ['state', '04000000000000', undefined],
    ['connection', Buffer.from(ENTRIES.connection![0]).toString('hex'), { connectionId: 'other' }],
    ['inspectorToken', 'ff', undefined],
    [
      'queue.message',
      Buffer.from(queueMessagePayload.encode({ ...message, body: fromHex('ff') })).toString('hex'),
      undefined,
    ],
    ['workflow.name', 'c0', undefined],
    ['workflow.field', Buffer.from('walking').toString('hex'), { field: WORKFLOW_FIELD.state }],
    ['workflow.field', 'f7f7', { field: WORKFLOW_FIELD.output }],
    [
      'workflow.history',
      Buffer.from(workflowEntryPayload.encode(workflowEntry)).toString('hex'),
      { location: [0, { loop: 0, iteration: 257 }, 1] },
    ],
    ['sqlite.chunk', '', undefined],
    ['sqlite.chunk', '00'.repeat(4_097), undefined],
    ['keyspace.due', '00', undefined],
  ])('values of %s that are none: %#', (name, hex, fields) => {
    errorOf('value.malformed', () => entryOf(name, fromHex(hex), fields));
  });

  test('newer versions', () => {
    errorOf('value.version_unsupported', () => entryOf('state', fromHex('ff00')));
  });

  test('keys that are none', () => {
    errorOf('key.malformed', () => decodeEntry(fromHex('c0ffee'), utf8('')));
    errorOf('key.malformed', () => decodeKeyspaceEntry(fromHex('01'), utf8('')));
  });

  test('what are no bytes', () => {
    expect(() => decodeEntry('01' as unknown as Uint8Array, utf8(''))).toThrow(TypeError);
    expect(() => decodeEntry(kvEntry.encode({ userKey: utf8('a') }), 'a' as unknown as Uint8Array)).toThrow(
      TypeError,
    );
  });
});

test('whatever the bytes, they are decoded or refused for a reason', () => {
  const valid = Object.values(ENTRIES).map(([value]) => value);
  const value = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.tuple(fc.constantFrom(...valid), fc.nat(300), fc.nat(255)).map(([bytes, at, byte]) => {
      const changed = bytes.slice();
      changed[at % Math.max(1, changed.length)] = byte;
      return changed;
    }),
  );
  const keys = [...ACTOR_FAMILIES.map((family) => family.encode(family.example))];
  keys.push(
    connection.encode({ connectionId: '' }),
    queueMessage.encode({ id: 0n }),
    sqliteChunk.encode({ fileTag: 0, chunkIndex: 0 }),
    ...[1, 2, 3, 4].map((field) => workflowField.encode({ field })),
  );
  fc.assert(
    fc.property(fc.oneof(fc.constantFrom(...keys), fc.uint8Array({ maxLength: 20 })), value, (key, bytes) => {
      try {
        expect(typeof decodeEntry(key, bytes).value.sentence).toBe('string');
      } catch (error) {
        const codes = ['key.malformed', 'value.malformed', 'value.version_unsupported'];
        if (!(isKeyspaceError(error) && codes.includes(error.code))) throw error;
      }
    }),
    { numRuns: 3_000 },
  );
});
