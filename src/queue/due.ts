import { queuePending } from '../layout/index.js';
import { queuePendingPayload } from '../values/index.js';
import { fail } from './failing.js';
import { usable } from './index-entries.js';
import type { Ledger } from './ledger.js';
import { findMessage, idle, isDecoded } from './message-records.js';
import { pendingPage } from './pending-page.js';
import { quarantineId } from './quarantining.js';

/**
 * Makes ready what is due, or the first of it: delayed messages, and with a delivery more those whose lease has ended.
 *
 * @throws {IndexMismatch}
 */
export async function settleDue(ledger: Ledger): Promise<void> {
  const { begin } = queuePending.range();
  const end = queuePending.encode({ availableAtMs: ledger.nowMs + 1, id: 0n });
  for (const { value, availableAtMs, id } of await pendingPage(ledger.access, { begin, end })) {
    ledger.removePending(availableAtMs, id);
    const pending = usable(() => queuePendingPayload.decode(value));
    if (pending !== undefined && pending.leaseId === undefined) ledger.addReady(pending.name, id);
    else await settleEnded(ledger, id);
  }
  await ledger.flush();
}

/** The lease of a message has ended without word from whoever had it. */
async function settleEnded(ledger: Ledger, id: bigint): Promise<void> {
  const record = await findMessage(ledger, id);
  if (record === undefined) return;
  if (!isDecoded(record)) quarantineId(ledger, id, record.undecodable, record.bytes);
  else if (record.inFlight) fail(ledger, id, record, 'the lease ended', 0);
  else {
    ledger.setMessage(id, idle(record));
    ledger.addReady(record.name, id);
  }
}
