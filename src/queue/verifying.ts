import type { ActorAccess } from '../actor/index.js';
import {
  queuePending,
  queueQuarantine,
  queueQuarantineReason,
  queueReady,
  queueReadyByName,
} from '../layout/index.js';
import type { KeyRange } from '../store/index.js';
import { IndexMismatch } from './index-entries.js';
import type { Ledger } from './ledger.js';
import { messageKeyOfTail } from './tail.js';

/**
 * Counts the index, of what is flushed. Costs all of it.
 *
 * @throws {IndexMismatch} If an entry is missing, or there is one too many.
 */
export async function verifyIndex({ access, readyCount, messageCount }: Ledger): Promise<void> {
  const ready = await count(access, queueReady.range());
  const named = await count(access, queueReadyByName.range());
  const pending = await count(access, queuePending.range());
  const known = readyCount + pending + (await countUnreadable(access));
  if (ready !== readyCount || named !== readyCount || known !== messageCount) throw new IndexMismatch();
}

async function count(access: ActorAccess, range: KeyRange): Promise<number> {
  let entries = 0;
  for await (const _entry of access.scanSizes(range)) entries++;
  return entries;
}

/** Those that stay among the messages although they cannot be read, and are in no index. */
async function countUnreadable(access: ActorAccess): Promise<number> {
  let entries = 0;
  for await (const { key } of access.scanSizes(queueQuarantineReason.range())) {
    const { tail } = queueQuarantineReason.decode(key);
    const [stored, copied] = await access.getSizes([
      messageKeyOfTail(tail),
      queueQuarantine.encode({ tail }),
    ]);
    if (stored !== undefined && copied === undefined) entries++;
  }
  return entries;
}
