import { isKeyspaceError, KeyspaceError } from '../errors.js';
import { queueMessage, queuePending, queueReadyByName } from '../layout/index.js';
import { KEY_BYTES_MAX, VALUE_BYTES_MAX } from '../store/index.js';
import { type QueueMessageRecord, queueMessagePayload, queuePendingPayload } from '../values/index.js';
import { usable } from './index-entries.js';
import { type Ledger, readSound } from './ledger.js';

/** A message's record, or why it cannot be told. */
export type FoundMessage = QueueMessageRecord | { readonly undecodable: string; readonly bytes?: Uint8Array };

/** The largest message that is enqueued, and what it grows by while it is leased. */
const MESSAGE_BYTES_MAX = VALUE_BYTES_MAX + 32;

/** The record in these bytes. */
export function decodeMessage(bytes: Uint8Array): FoundMessage {
  // As a dead letter, another writer's would be more than stores take.
  if (bytes.length > MESSAGE_BYTES_MAX) return { undecodable: `it has ${bytes.length} bytes`, bytes };
  try {
    const record = queueMessagePayload.decode(bytes);
    if (isIndexable(record.name)) return record;
    return { undecodable: 'its name is too long', bytes };
  } catch (error) {
    if (isKeyspaceError(error, 'value.malformed') || isKeyspaceError(error, 'value.version_unsupported')) {
      return { undecodable: error.message, bytes };
    }
    throw error;
  }
}

function isIndexable(name: string): boolean {
  return queueReadyByName.keyBytes({ name, id: 0n }) <= KEY_BYTES_MAX;
}

/** The message of an id; `undefined` if there is none. @throws {KeyspaceError} What the store throws. */
export async function findMessage(ledger: Ledger, id: bigint): Promise<FoundMessage | undefined> {
  return findAt(ledger, queueMessage.encode({ id }));
}

/** What is at a key among the messages. @throws As {@link findMessage}. */
export async function findAt({ access }: Ledger, key: Uint8Array): Promise<FoundMessage | undefined> {
  let bytes: Uint8Array | undefined;
  try {
    bytes = await access.get(key);
  } catch (error) {
    if (isKeyspaceError(error, 'value.corrupt')) return { undecodable: error.message };
    throw error;
  }
  return bytes && decodeMessage(bytes);
}

export function isDecoded(found: FoundMessage): found is QueueMessageRecord {
  return !('undecodable' in found);
}

/** A record as it is while nobody has it and nothing delays it. */
export function idle(record: QueueMessageRecord): QueueMessageRecord {
  const { inFlight: _taken, inFlightAtMs: _at, availableAtMs: _until, ...rest } = record;
  return rest;
}

/** What entitles to settle a message. */
export interface MessageLease {
  readonly id: bigint;
  readonly leaseId: string;
}

/**
 * The message that a lease is of, and until when.
 *
 * @throws {KeyspaceError} `queue.lease_invalid` if it is not, or no longer, its lease.
 * @throws {TypeError} If it is no lease.
 */
export async function leased(
  ledger: Ledger,
  lease: MessageLease,
): Promise<{ record: QueueMessageRecord; leaseEndsAtMs: number }> {
  const { id, leaseId } = lease;
  if (typeof id !== 'bigint') throw new TypeError('id must be a bigint');
  if (typeof leaseId !== 'string') throw new TypeError('leaseId must be a string');
  const record = await findMessage(ledger, id);
  if (record === undefined || !isDecoded(record)) throw leaseInvalid(id, 'there is no such message');
  const { inFlight = false, availableAtMs: leaseEndsAtMs = -1 } = record;
  if (!inFlight || leaseEndsAtMs < 0) throw leaseInvalid(id, 'it is not leased');
  const stored = await readSound(ledger.access, queuePending.encode({ availableAtMs: leaseEndsAtMs, id }));
  const current = stored && usable(() => queuePendingPayload.decode(stored))?.leaseId;
  // A lease that was found again without its id has an empty one, which nobody holds.
  if (!current || current !== leaseId) throw leaseInvalid(id, 'it is leased to another');
  if (leaseEndsAtMs <= ledger.nowMs) throw leaseInvalid(id, 'the lease has ended');
  return { record, leaseEndsAtMs };
}

function leaseInvalid(id: bigint, reason: string): KeyspaceError {
  return new KeyspaceError('queue.lease_invalid', `the lease of message ${id} is not valid: ${reason}`, {
    messageId: `${id}`,
    reason,
  });
}
