import { encodeUserValue } from '../actor/index.js';
import { encodeUtf8 } from '../bytes/index.js';
import { KeyspaceError } from '../errors.js';
import { queueExpiry, queueIdempotency, queueMessage } from '../layout/index.js';
import { queueIdempotencyPayload, queueMessagePayload } from '../values/index.js';
import { sweepExpired } from './expiring.js';
import { usable } from './index-entries.js';
import { LAST_ID, type Ledger, NO_BYTES, readSound } from './ledger.js';
import { assertDuration } from './settings.js';
import { idBytes, idOfBytes, tailOf } from './tail.js';

/** A message to be enqueued. */
export interface NewMessage {
  /** Text of 1 to 512 bytes in UTF-8. */
  readonly name: string;
  /** Anything that CBOR keeps faithfully; bytes come back as bytes. */
  readonly body: unknown;
  /** How long it waits until it may be received: a whole number of 0 or more. */
  readonly delayMs?: number | undefined;
  /** From when on it may be received, in milliseconds since the Unix epoch; not beside `delayMs`. */
  readonly availableAtMs?: number | undefined;
  /** Text of 1 to 512 bytes in UTF-8. For as long as it is remembered nothing else is enqueued under it. */
  readonly idempotencyKey?: string | undefined;
}

/** What has become of a message to be enqueued. */
export interface EnqueuedMessage {
  readonly id: bigint;
  /** Whether a message was enqueued under this idempotency key before: then it is that one's id. */
  readonly isDuplicate: boolean;
}

/** A message that was checked, and what is stored of it whenever it is. */
export interface PreparedMessage extends Omit<NewMessage, 'body'> {
  readonly body: Uint8Array;
}

const TEXT_BYTES_MAX = 512;

/**
 * @throws {TypeError} If a part of it is of another type.
 * @throws {RangeError} If one is out of range, or a text holds a lone surrogate.
 * @throws {KeyspaceError} `value.unserialisable` naming the path inside the body; `value.too_large`.
 */
export function prepare(message: NewMessage): PreparedMessage {
  if (typeof message !== 'object' || message === null) throw new TypeError('a message must be an object');
  const { name, body, delayMs, availableAtMs, idempotencyKey } = message;
  assertName(name, 'name');
  if (idempotencyKey !== undefined) assertName(idempotencyKey, 'idempotencyKey');
  if (delayMs !== undefined) assertDuration(delayMs, 'delayMs', 0);
  if (availableAtMs !== undefined) {
    if (delayMs !== undefined) throw new TypeError('give either delayMs or availableAtMs, not both');
    if (!Number.isSafeInteger(availableAtMs))
      throw new RangeError(`availableAtMs must be a safe integer, not ${String(availableAtMs)}`);
  }
  return { name, body: encodeUserValue(body), delayMs, availableAtMs, idempotencyKey };
}

/** @throws {TypeError} If it is not text. @throws {RangeError} If it is empty, too long or not well-formed. */
export function assertName(text: string, what: string): void {
  if (typeof text !== 'string') throw new TypeError(`${what} must be a string, not ${typeof text}`);
  const { length } = encodeUtf8(text);
  if (length < 1 || length > TEXT_BYTES_MAX) {
    throw new RangeError(`${what} has ${length} bytes, from 1 to ${TEXT_BYTES_MAX} are allowed`);
  }
}

/**
 * Enqueues all of them, in this order.
 *
 * @throws {KeyspaceError} `queue.full`, `queue.message_too_large`, `queue.ids_exhausted`: nothing is enqueued.
 */
export async function enqueueInto(
  ledger: Ledger,
  messages: readonly PreparedMessage[],
): Promise<EnqueuedMessage[]> {
  const known = new Map<string, bigint>();
  const results: EnqueuedMessage[] = [];
  let roomCount = ledger.roomCount;
  for (const message of messages) {
    const { idempotencyKey } = message;
    if (idempotencyKey !== undefined) {
      const id = known.get(idempotencyKey) ?? (await findDuplicate(ledger, idempotencyKey));
      if (id !== undefined) {
        results.push({ id, isDuplicate: true });
        continue;
      }
      known.set(idempotencyKey, ledger.nextId);
      remember(ledger, idempotencyKey, ledger.nextId);
    }
    if (--roomCount < 0) throw full(ledger);
    results.push({ id: add(ledger, message), isDuplicate: false });
  }
  if (known.size > 0) await sweepExpired(ledger, known.size);
  return results;
}

function add(ledger: Ledger, { name, body, delayMs = 0, availableAtMs: atMs }: PreparedMessage): bigint {
  const { nowMs, settings } = ledger;
  const availableAtMs = atMs ?? nowMs + delayMs;
  const isReady = availableAtMs <= nowMs;
  const record = { name, body, enqueuedAtMs: nowMs, ...(!isReady && { availableAtMs }) };
  const bytes = queueMessagePayload.encode(record);
  const messageBytes = bytes.length;
  const { messageBytesMax } = settings;
  if (messageBytes > messageBytesMax) {
    throw new KeyspaceError(
      'queue.message_too_large',
      `the message has ${messageBytes} bytes, the queue allows ${messageBytesMax}`,
      { messageBytes, messageBytesMax },
    );
  }
  const id = ledger.nextId;
  if (id >= LAST_ID) {
    throw new KeyspaceError('queue.ids_exhausted', `the next id, ${id}, is the last there is`, {
      nextId: `${id}`,
    });
  }
  ledger.nextId++;
  ledger.set(queueMessage.encode({ id }), bytes);
  ledger.messageCount++;
  if (isReady) ledger.addReady(name, id);
  else ledger.addPending(availableAtMs, id, name, { sinceMs: atMs === undefined ? nowMs : undefined });
  return id;
}

/** A record that is damaged counts as absent, and is written anew. */
async function findDuplicate(ledger: Ledger, idempotencyKey: string): Promise<bigint | undefined> {
  const value = await readSound(ledger.access, queueIdempotency.encode({ idempotencyKey }));
  const record = value && usable(() => queueIdempotencyPayload.decode(value));
  if (record === undefined) return undefined;
  if (record.expiresAtMs > ledger.nowMs) return idOfBytes(record.messageId);
  const tail = tailOf(queueIdempotency.encode({ idempotencyKey }));
  ledger.delete(queueExpiry.encode({ expiresAtMs: record.expiresAtMs, tail }));
  return undefined;
}

function remember(ledger: Ledger, idempotencyKey: string, id: bigint): void {
  const expiresAtMs = ledger.nowMs + ledger.settings.idempotencyMs;
  const key = queueIdempotency.encode({ idempotencyKey });
  ledger.set(key, queueIdempotencyPayload.encode({ messageId: idBytes(id), expiresAtMs }));
  ledger.set(queueExpiry.encode({ expiresAtMs, tail: tailOf(key) }), NO_BYTES);
}

/** That the queue has no room for more. */
export function full(ledger: Ledger): KeyspaceError<'queue.full'> {
  const { messagesMax } = ledger.settings;
  const messages = ledger.messageCountBefore;
  return new KeyspaceError('queue.full', `the queue has ${messages} messages, the limit is ${messagesMax}`, {
    messages,
    messagesMax,
  });
}
