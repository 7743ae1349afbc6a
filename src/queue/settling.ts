import { encodeUserValue } from '../actor/index.js';
import { queueExpiry, queueResponse } from '../layout/index.js';
import { queueResponsePayload } from '../values/index.js';
import { sweepExpired } from './expiring.js';
import { fail } from './failing.js';
import { type Ledger, NO_BYTES } from './ledger.js';
import { leased, type MessageLease } from './message-records.js';
import { assertDuration, DURATION_MS_MAX } from './settings.js';
import { tailOf } from './tail.js';

/** A delay that grows with each failed delivery: `initialMs × factor^failures`, at most `maxMs`. */
export interface Backoff {
  /** Default 1,000. */
  readonly initialMs?: number | undefined;
  /** 1 or more. Default 2. */
  readonly factor?: number | undefined;
  /** Default 3,600,000, an hour. */
  readonly maxMs?: number | undefined;
}

/** How a message is given back. */
export interface NackOptions {
  /** How long it waits until it may be received again. Default 0. */
  readonly delayMs?: number | undefined;
  /** Instead of `delayMs`. */
  readonly backoff?: Backoff | undefined;
  /** Why, for the dead letter that it may become. Cut to 160 characters. */
  readonly reason?: string | undefined;
}

/** The message is done with. That it is gone is seen once the ledger is flushed. @throws As {@link leased}. */
export async function ack(ledger: Ledger, lease: MessageLease): Promise<void> {
  const { leaseEndsAtMs } = await leased(ledger, lease);
  ledger.removePending(leaseEndsAtMs, lease.id);
  ledger.deleteMessage(lease.id);
}

/** {@link ack} of each. @throws As {@link leased}, also for a message that is given twice. */
export async function ackMany(ledger: Ledger, leases: readonly MessageLease[]): Promise<void> {
  const ids = new Set<bigint>();
  for (const lease of leases) {
    if (ids.has(lease.id)) await ledger.flush();
    ids.add(lease.id);
    await ack(ledger, lease);
  }
}

/**
 * {@link ack}, with an answer that is kept for as long as the queue's settings say.
 *
 * @param body CBOR.
 * @throws As {@link leased}.
 */
export async function complete(ledger: Ledger, lease: MessageLease, body: Uint8Array): Promise<void> {
  await ack(ledger, lease);
  const { nowMs, settings } = ledger;
  const key = queueResponse.encode({ id: lease.id });
  const expiresAtMs = nowMs + settings.responseMs;
  ledger.set(key, queueResponsePayload.encode({ body, completedAtMs: nowMs, expiresAtMs }));
  ledger.set(queueExpiry.encode({ expiresAtMs, tail: tailOf(key) }), NO_BYTES);
  await sweepExpired(ledger, 1);
}

/** The CBOR of an answer. @throws {KeyspaceError} `value.unserialisable`, `value.too_large`. */
export function encodeAnswer(response: unknown): Uint8Array {
  return encodeUserValue(response);
}

/** The delivery has failed. @throws As {@link leased}. */
export async function nack(ledger: Ledger, lease: MessageLease, options: NackOptions): Promise<void> {
  const { record, leaseEndsAtMs } = await leased(ledger, lease);
  ledger.removePending(leaseEndsAtMs, lease.id);
  const { reason = 'given back' } = options;
  fail(ledger, lease.id, record, reason, delayOf(options, record.failureCount ?? 0));
  await ledger.flush();
}

/**
 * The lease ends `visibilityMs` from now instead.
 *
 * @returns When it ends.
 * @throws As {@link leased}.
 */
export async function extend(ledger: Ledger, lease: MessageLease, visibilityMs: number): Promise<number> {
  const { record, leaseEndsAtMs } = await leased(ledger, lease);
  const { nowMs } = ledger;
  const availableAtMs = nowMs + visibilityMs;
  ledger.removePending(leaseEndsAtMs, lease.id);
  ledger.addPending(availableAtMs, lease.id, record.name, { sinceMs: nowMs, leaseId: lease.leaseId });
  ledger.setMessage(lease.id, { ...record, availableAtMs, inFlightAtMs: nowMs });
  await ledger.flush();
  return availableAtMs;
}

/** @throws {TypeError} If both a delay and a backoff are given, or a reason that is no text. @throws {RangeError} */
export function assertNack({ delayMs, backoff, reason }: NackOptions): void {
  if (reason !== undefined && typeof reason !== 'string') throw new TypeError('reason must be a string');
  if (delayMs !== undefined) assertDuration(delayMs, 'delayMs', 0);
  if (backoff === undefined) return;
  if (delayMs !== undefined) throw new TypeError('give either delayMs or backoff, not both');
  const { initialMs = 0, factor = 1, maxMs = 0 } = backoff;
  assertDuration(initialMs, 'initialMs', 0);
  assertDuration(maxMs, 'maxMs', 0);
  if (!(Number.isFinite(factor) && factor >= 1))
    throw new RangeError(`factor must be 1 or more, not ${String(factor)}`);
}

function delayOf({ delayMs = 0, backoff }: NackOptions, failureCount: number): number {
  if (backoff === undefined) return delayMs;
  const { initialMs = 1_000, factor = 2, maxMs = 3_600_000 } = backoff;
  return Math.round(Math.min(initialMs * factor ** failureCount, maxMs, DURATION_MS_MAX));
}
