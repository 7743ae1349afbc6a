import { restBytes, u8, u64be } from '../binary-fields.js';
import { LAYOUT_VERSION, NAMESPACE, QUEUE } from '../constants.js';
import { defineKey } from '../define.js';
import type { NoFields } from '../key-format.js';

const prefix = [NAMESPACE.queue, LAYOUT_VERSION.queue] as const;

/** The id of the next message and the number of messages. */
export const queueMetadata = defineKey<NoFields>({
  name: 'queue.metadata',
  layouts: [1],
  status: 'current',
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
  layouts: [1],
  status: 'current',
  prefix: [...prefix, QUEUE.messages],
  fields: { id: u64be },
  split: (key, write, target, offset) => write(target, offset, key.id),
  join: (id) => ({ id }),
  payload: 'actor-persist v4 QueueMessage',
  summary: 'one message',
  example: { id: 258n },
  describe: ({ id }) => `Queue message ${id}.`,
});

export type ReservedQueueKey = { readonly part: number; readonly rest: Uint8Array };

export const queueReserved = defineKey<ReservedQueueKey>({
  name: 'queue.reserved',
  layouts: [1],
  status: 'reserved',
  prefix,
  fields: { part: u8(QUEUE.messages + 1, 0xff), rest: restBytes },
  payload: 'not defined yet',
  summary: 'for indexes, leases, idempotency, dead letters and responses',
  example: { part: 3, rest: Uint8Array.of(0xff) },
  describe: ({ part }) => `A key of part ${part} of the queue, reserved for a later version.`,
});
