import type { ActorAccess } from '../actor/index.js';
import { concatBytes } from '../bytes/index.js';
import { queuePending } from '../layout/index.js';
import { queuePendingPayload } from '../values/index.js';
import { usable } from './index-entries.js';
import { Ledger, readStanding } from './ledger.js';
import { findMessage, isDecoded } from './message-records.js';
import { type PendingEntry, pendingPage } from './pending-page.js';
import type { QueueSettings } from './settings.js';

/**
 * The clock was set back: what waits for a while, a delay or the end of a lease, waits for that while from now on, and
 * not for as long as the clock was ahead besides. What waits for a time is left alone. In commits of bounded size, any
 * of which may be the last: whoever comes next goes on.
 *
 * @throws {IndexMismatch}
 */
export async function rebase(access: ActorAccess, settings: QueueSettings): Promise<void> {
  let { begin, end } = queuePending.range();
  for (let isDone = false; !isDone; ) {
    isDone = await access.transaction(async (inner) => {
      const standing = await readStanding(inner);
      if (standing === undefined) return true;
      const nowMs = Math.max(0, inner.clock.nowMs());
      const ledger = new Ledger(inner, settings, standing, standing.state.clockMs);
      const page = await pendingPage(inner, { begin, end });
      for (const entry of page) await move(ledger, entry, nowMs);
      const last = page.at(-1);
      if (last !== undefined) begin = concatBytes(last.key, Uint8Array.of(0));
      await ledger.flush();
      if (last !== undefined) return false;
      await new Ledger(inner, settings, standing, nowMs).touch();
      return true;
    });
  }
}

async function move(
  ledger: Ledger,
  { availableAtMs, id, value }: PendingEntry,
  nowMs: number,
): Promise<void> {
  const pending = usable(() => queuePendingPayload.decode(value));
  if (pending?.sinceMs === undefined || pending.sinceMs <= nowMs) return;
  const record = await findMessage(ledger, id);
  if (record === undefined || !isDecoded(record)) return;
  const soonerMs = Math.max(0, nowMs + Math.max(0, availableAtMs - pending.sinceMs));
  ledger.removePending(availableAtMs, id);
  const { name, leaseId } = pending;
  ledger.addPending(soonerMs, id, name, { sinceMs: nowMs, leaseId });
  ledger.setMessage(id, {
    ...record,
    availableAtMs: soonerMs,
    ...(record.inFlight && { inFlightAtMs: nowMs }),
  });
}
