import { queuePending } from '../layout/index.js';
import { queuePendingPayload } from '../values/index.js';
import { fail } from './failing.js';
import { indexed, readable, usable } from './index-entries.js';
import type { Ledger } from './ledger.js';
import { findMessage, idle, isDecoded } from './message-records.js';
import { quarantineId } from './quarantining.js';

/** So many messages become ready in one go, those first that have been due for longest. */
const DUE_MAX = 256;

/** Makes ready what is due: delayed messages, and with a delivery more those whose lease has ended. */
export async function settleDue(ledger: Ledger): Promise<void> {
  const { begin } = queuePending.range();
  const end = queuePending.encode({ availableAtMs: ledger.nowMs + 1, id: 0n });
  const due = [];
  for await (const entry of readable(ledger.access.scan({ begin, end }, { limit: DUE_MAX }))) due.push(entry);
  for (const { key, value } of due) {
    const { availableAtMs, id } = indexed(() => queuePending.decode(key));
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
