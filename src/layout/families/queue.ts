import { endedText, restBytes, restUtf8, timeMsBe, u8, u64be } from '../binary-fields.js';
import { LAYOUT_VERSION, NAMESPACE, QUEUE } from '../constants.js';
import { defineKey } from '../define.js';
import type { NoFields } from '../key-format.js';
import { quoted, shortHex } from '../wording.js';

const prefix = [NAMESPACE.queue, LAYOUT_VERSION.queue] as const;
const declared = { layouts: [1], status: 'current' } as const;

/** The id of the next message and the number of messages. */
export const queueMetadata = defineKey<NoFields>({
  name: 'queue.metadata',
  ...declared,
  prefix: [...prefix, QUEUE.metadata],
  fields: {},
  payload: 'actor-persist v4 QueueMetadata',
  summary: 'next message id and number of messages',
  example: {},
  describe: () => 'The queue metadata: next message id and number of messages.',
});

export type QueueMessageKey = { readonly id: bigint };

/** One queued message. Byte order is the order of ids, so the order of enqueueing. */
export const queueMessage = defineKey<QueueMessageKey>({
  name: 'queue.message',
  ...declared,
  prefix: [...prefix, QUEUE.messages],
  fields: { id: u64be },
  split: (key, write, target, offset) => write(target, offset, key.id),
  join: (id) => ({ id }),
  payload: 'actor-persist v4 QueueMessage',
  summary: 'one message',
  example: { id: 258n },
  describe: ({ id }) => `Queue message ${id}.`,
});

/** Which metadata the index matches, and what the queue as a whole has to remember. */
export const queueState = defineKey<NoFields>({
  ...declared,
  name: 'queue.state',
  prefix: [...prefix, QUEUE.state],
  fields: {},
  payload: 'queue state',
  summary: 'which metadata the index matches, and whether the queue is paused',
  example: {},
  describe: () => 'The state of the queue: which metadata its index matches.',
});

/** A message that may be received. */
export const queueReady = defineKey<QueueMessageKey>({
  ...declared,
  name: 'queue.ready',
  prefix: [...prefix, QUEUE.ready],
  fields: { id: u64be },
  split: (key, write, target, offset) => write(target, offset, key.id),
  join: (id) => ({ id }),
  payload: 'name, UTF-8',
  summary: 'index: a message that is ready',
  example: { id: 258n },
  describe: ({ id }) => `Message ${id} is ready.`,
});

export type QueueReadyByNameKey = { readonly name: string; readonly id: bigint };

/** The same, by name. */
export const queueReadyByName = defineKey<QueueReadyByNameKey>({
  ...declared,
  name: 'queue.readyByName',
  prefix: [...prefix, QUEUE.readyByName],
  fields: { name: endedText, id: u64be },
  split: (key, write, target, offset) => write(target, offset, key.name, key.id),
  join: (name, id) => ({ name: name as string, id: id as bigint }),
  payload: 'empty',
  summary: 'index: a message that is ready, by its name',
  example: { name: 'mail', id: 258n },
  describe: ({ name, id }) => `Message ${id}, named ${quoted(name)}, is ready.`,
});

export type QueuePendingKey = { readonly availableAtMs: number; readonly id: bigint };

/** A message that becomes ready at a time: it is delayed, or its lease ends then. */
export const queuePending = defineKey<QueuePendingKey>({
  ...declared,
  name: 'queue.pending',
  prefix: [...prefix, QUEUE.pending],
  fields: { availableAtMs: timeMsBe, id: u64be },
  split: (key, write, target, offset) => write(target, offset, key.availableAtMs, key.id),
  join: (availableAtMs, id) => ({ availableAtMs: availableAtMs as number, id: id as bigint }),
  payload: 'queue pending',
  summary: 'index: a message that is delayed or leased, by the time it becomes ready',
  example: { availableAtMs: 1_771_900_000_000, id: 258n },
  describe: ({ availableAtMs, id }) => `Message ${id} becomes ready at millisecond ${availableAtMs}.`,
});

export type QueueIdempotencyKey = { readonly idempotencyKey: string };

/** Which message was enqueued under a key. */
export const queueIdempotency = defineKey<QueueIdempotencyKey>({
  ...declared,
  name: 'queue.idempotency',
  prefix: [...prefix, QUEUE.idempotency],
  fields: { idempotencyKey: restUtf8 },
  split: (key, write, target, offset) => write(target, offset, key.idempotencyKey),
  join: (idempotencyKey) => ({ idempotencyKey }),
  payload: 'queue idempotency',
  summary: 'which message was enqueued under an idempotency key',
  example: { idempotencyKey: 'order-7' },
  describe: ({ idempotencyKey }) => `Idempotency key ${quoted(idempotencyKey)}.`,
});

/** A message that was given up. */
export const queueDeadLetter = defineKey<QueueMessageKey>({
  ...declared,
  name: 'queue.deadLetter',
  prefix: [...prefix, QUEUE.deadLetters],
  fields: { id: u64be },
  split: (key, write, target, offset) => write(target, offset, key.id),
  join: (id) => ({ id }),
  payload: 'queue dead letter',
  summary: 'a message given up, and why',
  example: { id: 258n },
  describe: ({ id }) => `Dead letter ${id}.`,
});

/** What a message was completed with. */
export const queueResponse = defineKey<QueueMessageKey>({
  ...declared,
  name: 'queue.response',
  prefix: [...prefix, QUEUE.responses],
  fields: { id: u64be },
  split: (key, write, target, offset) => write(target, offset, key.id),
  join: (id) => ({ id }),
  payload: 'queue response',
  summary: 'what a message was answered with',
  example: { id: 258n },
  describe: ({ id }) => `The response to message ${id}.`,
});

export type QueueExpiryKey = { readonly expiresAtMs: number; readonly tail: Uint8Array };

/** An entry that may be removed from a time on. */
export const queueExpiry = defineKey<QueueExpiryKey>({
  ...declared,
  name: 'queue.expiry',
  prefix: [...prefix, QUEUE.expiry],
  fields: { expiresAtMs: timeMsBe, tail: restBytes },
  split: (key, write, target, offset) => write(target, offset, key.expiresAtMs, key.tail),
  join: (expiresAtMs, tail) => ({ expiresAtMs: expiresAtMs as number, tail: tail as Uint8Array }),
  payload: 'empty',
  summary: 'an idempotency key or response that expires, as the rest of its key after `05 01`',
  example: { expiresAtMs: 1_771_900_000_000, tail: Uint8Array.of(0x09, 0, 0, 0, 0, 0, 0, 1, 2) },
  describe: ({ expiresAtMs, tail }) => `Key 05 01 ${shortHex(tail)} expires at millisecond ${expiresAtMs}.`,
});

export type QueueQuarantineKey = { readonly tail: Uint8Array };

/** The bytes of a message that could not be decoded, as they were. */
export const queueQuarantine = defineKey<QueueQuarantineKey>({
  ...declared,
  name: 'queue.quarantine',
  prefix: [...prefix, QUEUE.quarantine],
  fields: { tail: restBytes },
  split: (key, write, target, offset) => write(target, offset, key.tail),
  join: (tail) => ({ tail }),
  payload: 'bytes that are no message',
  summary: 'value of an undecodable message, by the rest of its key after `05 01 02`',
  example: { tail: Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 2, 0xff) },
  describe: ({ tail }) => `Bytes of the undecodable message ${shortHex(tail)}.`,
});

/** Why a message could not be decoded. */
export const queueQuarantineReason = defineKey<QueueQuarantineKey>({
  ...declared,
  name: 'queue.quarantineReason',
  prefix: [...prefix, QUEUE.quarantineReasons],
  fields: { tail: restBytes },
  split: (key, write, target, offset) => write(target, offset, key.tail),
  join: (tail) => ({ tail }),
  payload: 'queue quarantine',
  summary: 'why a message is in quarantine',
  example: { tail: Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 2, 0xff) },
  describe: ({ tail }) => `Why message ${shortHex(tail)} is in quarantine.`,
});

export type QueuePausedNameKey = { readonly name: string };

/** A name whose messages are not handed out. */
export const queuePausedName = defineKey<QueuePausedNameKey>({
  ...declared,
  name: 'queue.pausedName',
  prefix: [...prefix, QUEUE.pausedNames],
  fields: { name: restUtf8 },
  split: (key, write, target, offset) => write(target, offset, key.name),
  join: (name) => ({ name }),
  payload: 'empty',
  summary: 'a name whose messages are paused',
  example: { name: 'mail' },
  describe: ({ name }) => `Messages named ${quoted(name)} are paused.`,
});

export type ReservedQueueKey = { readonly part: number; readonly rest: Uint8Array };

export const queueReserved = defineKey<ReservedQueueKey>({
  ...declared,
  name: 'queue.reserved',
  status: 'reserved',
  prefix,
  fields: { part: u8(QUEUE.pausedNames + 1, 0xff), rest: restBytes },
  payload: 'not defined yet',
  summary: 'for what queues will need',
  example: { part: 14, rest: Uint8Array.of(0xff) },
  describe: ({ part }) => `A key of part ${part} of the queue, reserved for a later version.`,
});
