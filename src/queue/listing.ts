import type { ActorAccess } from '../actor/index.js';
import { concatBytes } from '../bytes/index.js';
import { queueMessage, queuePending, queueReadyByName } from '../layout/index.js';
import type { KeyRange } from '../store/index.js';
import { queuePendingPayload } from '../values/index.js';
import { type QueueMessage, tryToMessage } from './body.js';
import { usable } from './index-entries.js';
import { FIRST_ID, LAST_ID, readNextId, readSound, readStanding } from './ledger.js';
import { decodeMessage, isDecoded } from './message-records.js';

/** Which entries of a list. */
export interface QueueListOptions {
  /** Those behind this one. */
  readonly afterId?: bigint | undefined;
  /** At most so many: a whole number of 0 or more. Default 100. */
  readonly limit?: number | undefined;
}

/** A message that was looked at, and what becomes of it. */
export interface PeekedMessage<Body = unknown> extends QueueMessage<Body> {
  readonly status: 'ready' | 'delayed' | 'leased';
  /** When it becomes ready, unless it is. */
  readonly availableAtMs?: number | undefined;
}

/** How many messages there are. */
export interface QueueCounts {
  readonly messages: number;
  /** Of them, those that `receive` hands out next; what has become due since the queue was last used is not among them. */
  readonly ready: number;
}

/** How all of the queue stands. */
export interface QueueSize extends QueueCounts {
  /** The id of the next message that is enqueued. */
  readonly nextId: bigint;
}

/** Messages in the order of their ids, ready or not. What cannot be read or decoded is passed over. */
export async function peek(access: ActorAccess, options: QueueListOptions): Promise<PeekedMessage[]> {
  const nowMs = access.clock.nowMs();
  const found: PeekedMessage[] = [];
  for await (const { key } of access.scanSizes(rangeBehind(queueMessage, options), limitOf(options))) {
    const value = await readSound(access, key);
    const record = value && decodeMessage(value);
    if (record === undefined || key.length !== MESSAGE_KEY_BYTES || !isDecoded(record)) continue;
    const message = tryToMessage(queueMessage.decode(key).id, record);
    if (typeof message === 'string') continue;
    const { inFlight = false, availableAtMs } = record;
    if (inFlight) found.push({ ...message, status: 'leased', availableAtMs });
    else if (availableAtMs !== undefined && availableAtMs > nowMs)
      found.push({ ...message, status: 'delayed', availableAtMs });
    else found.push({ ...message, status: 'ready' });
  }
  return found;
}

const MESSAGE_KEY_BYTES = queueMessage.keyBytes({ id: 0n });

/** How the queue stands; counted where no record tells. Costs nothing that grows, or else the messages. */
export async function sizeOf(access: ActorAccess): Promise<QueueSize> {
  const standing = await readStanding(access);
  if (standing !== undefined) {
    const { messageCount: messages, nextId, state } = standing;
    return { messages, ready: state.readyCount, nextId };
  }
  let messages = 0;
  let ready = 0;
  let nextId = (await readNextId(access)) ?? FIRST_ID;
  const nowMs = access.clock.nowMs();
  for await (const { key } of access.scanSizes(queueMessage.range())) {
    messages++;
    const value = await readSound(access, key);
    const record = value && decodeMessage(value);
    if (record === undefined || key.length !== MESSAGE_KEY_BYTES || !isDecoded(record)) continue;
    if (!record.inFlight && (record.availableAtMs ?? 0) <= nowMs) ready++;
    const { id } = queueMessage.decode(key);
    if (id >= nextId && id < LAST_ID) nextId = id + 1n;
  }
  return { messages, ready, nextId };
}

/** How many messages of one name there are. Costs the messages of that name and all that wait. */
export async function countsOf(access: ActorAccess, name: string): Promise<QueueCounts> {
  let ready = 0;
  for await (const _entry of access.scanSizes(queueReadyByName.range({ name }))) ready++;
  let messages = ready;
  for await (const { value } of access.scan(queuePending.range())) {
    if (usable(() => queuePendingPayload.decode(value))?.name === name) messages++;
  }
  return { messages, ready };
}

/** What comes behind an id in a family that is ordered by it. @throws {TypeError} If the id is no bigint. */
export function rangeBehind(
  family: Pick<typeof queueMessage, 'range' | 'encode'>,
  { afterId }: QueueListOptions,
): KeyRange {
  const range = family.range();
  if (afterId === undefined) return range;
  return { begin: concatBytes(family.encode({ id: afterId }), Uint8Array.of(0)), end: range.end };
}

/** @throws {RangeError} If it is not a whole number of 0 or more. */
export function limitOf({ limit = 100 }: { readonly limit?: number | undefined }): {
  readonly limit: number;
} {
  if (!(Number.isSafeInteger(limit) && limit >= 0))
    throw new RangeError(`limit must be a whole number of 0 or more, not ${String(limit)}`);
  return { limit };
}
