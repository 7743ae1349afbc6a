import { concatBytes } from '../bytes/index.js';
import {
  queueMessage,
  queuePending,
  queueQuarantine,
  queueQuarantineReason,
  queueReady,
  queueReadyByName,
} from '../layout/index.js';
import type { KeyRange } from '../store/index.js';
import { queuePendingPayload } from '../values/index.js';
import { indexed, readable, usable } from './index-entries.js';
import type { Ledger } from './ledger.js';
import type { QueueSession } from './session.js';

/** Messages deleted, or looked at, in one commit. */
const PAGE = 256;

/** Deletes every message, in one commit, also those that cannot be read. @returns How many there were. */
export async function purgeAll(ledger: Ledger): Promise<number> {
  const { messageCount } = ledger;
  if (messageCount === 0) return 0;
  for (const family of [queueMessage, queueReady, queueReadyByName, queuePending]) {
    ledger.clearRange(family.range());
  }
  // A reason without bytes is of an entry that stayed among the messages.
  for await (const { key } of ledger.access.scanSizes(queueQuarantineReason.range())) {
    const { tail } = queueQuarantineReason.decode(key);
    const [valueBytes] = await ledger.access.getSizes([queueQuarantine.encode({ tail })]);
    if (valueBytes === undefined) ledger.delete(key);
  }
  ledger.messageCount = 0;
  ledger.readyCount = 0;
  return messageCount;
}

/** Deletes the messages of a name, so many in a commit. @returns How many there were. */
export async function purgeName(session: QueueSession, name: string): Promise<number> {
  let count = 0;
  for (let page = PAGE; page === PAGE; count += page)
    page = await session.run((ledger) => purgeReady(ledger, name));
  let range: KeyRange | undefined = queuePending.range();
  while (range !== undefined) {
    const from: KeyRange = range;
    const page = await session.run((ledger) => purgePending(ledger, name, from));
    count += page.count;
    range = page.rest;
  }
  return count;
}

async function purgeReady(ledger: Ledger, name: string): Promise<number> {
  const ids: bigint[] = [];
  for await (const { key } of ledger.access.scanSizes(queueReadyByName.range({ name }), { limit: PAGE })) {
    ids.push(indexed(() => queueReadyByName.decode(key)).id);
  }
  for (const id of ids) {
    ledger.removeReady(name, id);
    ledger.deleteMessage(id);
  }
  return ids.length;
}

async function purgePending(
  ledger: Ledger,
  name: string,
  range: KeyRange,
): Promise<{ readonly count: number; readonly rest?: KeyRange }> {
  let count = 0;
  let looked = 0;
  let last: Uint8Array | undefined;
  for await (const { key, value } of readable(ledger.access.scan(range, { limit: PAGE }))) {
    looked++;
    last = key;
    if (usable(() => queuePendingPayload.decode(value))?.name !== name) continue;
    const { availableAtMs, id } = indexed(() => queuePending.decode(key));
    ledger.removePending(availableAtMs, id);
    ledger.deleteMessage(id);
    count++;
  }
  if (last === undefined || looked < PAGE) return { count };
  return { count, rest: { begin: concatBytes(last, Uint8Array.of(0)), end: range.end } };
}
