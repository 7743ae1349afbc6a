import { concatBytes } from '../bytes/index.js';
import { LAYOUT_VERSION, NAMESPACE, queueMessage } from '../layout/index.js';

/** What every key of the queue begins with. */
const QUEUE_PREFIX = Uint8Array.of(NAMESPACE.queue, LAYOUT_VERSION.queue);
const MESSAGE_PREFIX = queueMessage.prefix;

/** The key of the queue that ends so. */
export function keyOfTail(tail: Uint8Array): Uint8Array {
  return concatBytes(QUEUE_PREFIX, tail);
}

/** A key of the queue without what all begin with. */
export function tailOf(key: Uint8Array): Uint8Array {
  return key.slice(QUEUE_PREFIX.length);
}

/** The key among the messages that ends so, whether or not it is one. */
export function messageKeyOfTail(tail: Uint8Array): Uint8Array {
  return concatBytes(MESSAGE_PREFIX, tail);
}

/** A key among the messages without what all of them begin with. */
export function messageTailOf(key: Uint8Array): Uint8Array {
  return key.slice(MESSAGE_PREFIX.length);
}

/** Length of an id in keys. */
export const ID_BYTES = 8;

/** An id as it stands in keys. */
export function idBytes(id: bigint): Uint8Array {
  return messageTailOf(queueMessage.encode({ id }));
}

export function idOfBytes(bytes: Uint8Array): bigint {
  return queueMessage.decode(messageKeyOfTail(bytes)).id;
}
