import { queueMessagePayload } from '../values/index.js';
import { type QueueMessage, tryToMessage } from './body.js';
import { type Candidate, pausedNames, readyCandidates } from './candidates.js';
import { settleDue } from './due.js';
import { IndexMismatch } from './index-entries.js';
import type { Ledger } from './ledger.js';
import { findMessage, isDecoded, type MessageLease } from './message-records.js';
import { quarantineId } from './quarantining.js';

export interface Taken {
  readonly messages: readonly LeasedMessage[];
  /** When the next message becomes ready, if none is. */
  readonly nextPendingMs?: number | undefined;
}

/** A message that was received, and how long it is its receiver's. */
export interface LeasedMessage<Body = unknown> extends QueueMessage<Body>, MessageLease {
  /** Which delivery of the message this is, counted from 1. */
  readonly deliveryCount: number;
  /** Milliseconds since the Unix epoch. */
  readonly leaseEndsAtMs: number;
}

/** Leases the first ready messages. @throws {IndexMismatch} */
export async function take(
  ledger: Ledger,
  names: readonly string[] | undefined,
  count: number,
  visibilityMs: number,
): Promise<Taken> {
  if (ledger.isPaused) return { messages: [] };
  await settleDue(ledger);
  const messages: LeasedMessage[] = [];
  // Round again for what had to be taken out of the queue instead.
  for (let left = count; left > 0; left = count - messages.length) {
    const candidates = await readyCandidates(ledger, names, left);
    if (candidates.length === 0) break;
    for (const candidate of candidates) {
      const message = await lease(ledger, candidate, visibilityMs);
      if (message !== undefined) messages.push(message);
    }
    await ledger.flush();
  }
  if (messages.length > 0) return { messages };
  // All names were looked at, so that what is counted as ready is not in the index, or is paused.
  const isLost = names === undefined && ledger.readyCount > 0 && (await pausedNames(ledger)).size === 0;
  if (isLost) throw new IndexMismatch();
  return { messages, nextPendingMs: await ledger.nextPendingMs() };
}

async function lease(
  ledger: Ledger,
  { id, name }: Candidate,
  visibilityMs: number,
): Promise<LeasedMessage | undefined> {
  ledger.removeReady(name, id);
  const record = await findMessage(ledger, id);
  // An entry of the index without its message is only taken out.
  if (record === undefined) return undefined;
  if (!isDecoded(record)) {
    quarantineId(ledger, id, record.undecodable, record.bytes);
    return undefined;
  }
  // Another entry is this message's, or nobody may have it now.
  if (record.name !== name || record.inFlight) throw new IndexMismatch();
  const message = tryToMessage(id, record);
  if (typeof message === 'string') {
    quarantineId(ledger, id, message, queueMessagePayload.encode(record));
    return undefined;
  }
  const { nowMs } = ledger;
  const leaseId = ledger.access.ids.newId();
  const leaseEndsAtMs = nowMs + visibilityMs;
  ledger.setMessage(id, { ...record, availableAtMs: leaseEndsAtMs, inFlight: true, inFlightAtMs: nowMs });
  ledger.addPending(leaseEndsAtMs, id, record.name, { sinceMs: nowMs, leaseId });
  return { ...message, leaseId, leaseEndsAtMs, deliveryCount: message.failureCount + 1 };
}
