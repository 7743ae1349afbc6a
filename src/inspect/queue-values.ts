import { toHex } from '../bytes/index.js';
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
  queueResponse,
  queueState,
} from '../layout/index.js';
import {
  decodeCbor,
  queueDeadLetterPayload,
  queueIdempotencyPayload,
  queueMessagePayload,
  queueMetadataPayload,
  queuePendingPayload,
  queueQuarantinePayload,
  queueResponsePayload,
  queueStatePayload,
} from '../values/index.js';
import { emptyValue, text, undecoded, type ValueDecoder } from './plain-values.js';
import { number, plural, time } from './words.js';

export const queueMetadataValue: ValueDecoder = (value) => {
  const record = queueMetadataPayload.decode(value);
  const { messageCount, nextId } = record;
  const sentence = `${plural(messageCount, 'message')}, the next has id ${number(nextId)}`;
  return { kind: 'queueMetadata', record, sentence };
};

export const queueMessageValue: ValueDecoder = (value) => {
  const { body, ...rest } = queueMessagePayload.decode(value);
  const { enqueuedAtMs, availableAtMs, failureCount = 0, inFlight = false } = rest;
  const parts = [
    `${plural(body.length, 'byte')} of body`,
    `enqueued at ${time(enqueuedAtMs)}`,
    ...(availableAtMs === undefined ? [] : [`available at ${time(availableAtMs)}`]),
    ...(failureCount === 0 ? [] : [plural(failureCount, 'failure')]),
    ...(inFlight ? ['in flight'] : []),
  ];
  return { kind: 'queueMessage', record: { ...rest, body: decodeCbor(body) }, sentence: parts.join(', ') };
};

const queueDeadLetterValue: ValueDecoder = (value) => {
  const { message, ...rest } = queueDeadLetterPayload.decode(value);
  const { body, ...record } = queueMessagePayload.decode(message);
  const sentence = `given up at ${time(rest.deadAtMs)} after ${plural(record.failureCount ?? 0, 'failure')}`;
  const decoded = { ...rest, message: { ...record, body: decodeCbor(body) } };
  return { kind: 'queueDeadLetter', record: decoded, sentence };
};

/** Those of the queue in the current layout. */
export const QUEUE_DECODERS: Readonly<Record<string, ValueDecoder>> = {
  [queueMetadata.name]: queueMetadataValue,
  [queueMessage.name]: queueMessageValue,
  [queueState.name]: (value) => {
    const { metadata, ...rest } = queueStatePayload.decode(value);
    const { readyCount, isPaused, wakeAtMs } = rest;
    const due = wakeAtMs === undefined ? '' : `, due at ${time(wakeAtMs)}`;
    const sentence = `${plural(readyCount, 'message')} ready${isPaused ? ', paused' : ''}${due}`;
    return { kind: 'queueState', record: { metadata, ...rest }, sentence };
  },
  [queueReady.name]: (value) => ({
    kind: 'queueReady',
    record: text(value, 'queue name'),
    sentence: `a name of ${plural(value.length, 'byte')}`,
  }),
  [queueReadyByName.name]: emptyValue,
  [queuePending.name]: (value) => {
    const record = queuePendingPayload.decode(value);
    const sentence = record.leaseId === undefined ? 'delayed' : 'leased';
    return { kind: 'queuePending', record, sentence };
  },
  [queueIdempotency.name]: (value) => {
    const record = queueIdempotencyPayload.decode(value);
    const messageId = BigInt(`0x${toHex(record.messageId)}`);
    const sentence = `message ${messageId}, until ${time(record.expiresAtMs)}`;
    return { kind: 'queueIdempotency', record: { messageId, expiresAtMs: record.expiresAtMs }, sentence };
  },
  [queueDeadLetter.name]: queueDeadLetterValue,
  [queueResponse.name]: (value) => {
    const { body, ...rest } = queueResponsePayload.decode(value);
    const sentence = `${plural(body.length, 'byte')} of body, answered at ${time(rest.completedAtMs)}`;
    return { kind: 'queueResponse', record: { ...rest, body: decodeCbor(body) }, sentence };
  },
  [queueExpiry.name]: emptyValue,
  [queueQuarantine.name]: undecoded,
  [queueQuarantineReason.name]: (value) => {
    const record = queueQuarantinePayload.decode(value);
    const sentence = `put aside at ${time(record.atMs)}${record.hasBytes ? '' : ', its bytes cannot be read'}`;
    return { kind: 'queueQuarantine', record, sentence };
  },
  [queuePausedName.name]: emptyValue,
};
