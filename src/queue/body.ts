import { isKeyspaceError } from '../errors.js';
import { decodeCbor, type QueueMessageRecord } from '../values/index.js';

/** A message as whoever looks at it sees it. */
export interface QueueMessage<Body = unknown> {
  /** Unique in this queue, for ever. */
  readonly id: bigint;
  readonly name: string;
  readonly body: Body;
  /** Milliseconds since the Unix epoch. */
  readonly enqueuedAtMs: number;
  /** Deliveries that have failed. */
  readonly failureCount: number;
}

/** @throws {KeyspaceError} `value.malformed` if the body is not CBOR. */
export function toMessage(id: bigint, record: QueueMessageRecord): QueueMessage {
  const { name, body, enqueuedAtMs, failureCount = 0 } = record;
  return { id, name, body: decodeCbor(body), enqueuedAtMs, failureCount };
}

/** {@link toMessage}, or why not. */
export function tryToMessage(id: bigint, record: QueueMessageRecord): QueueMessage | string {
  try {
    return toMessage(id, record);
  } catch (error) {
    if (isKeyspaceError(error, 'value.malformed')) return error.message;
    throw error;
  }
}
