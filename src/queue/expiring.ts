import { queueExpiry } from '../layout/index.js';
import type { Ledger } from './ledger.js';
import { keyOfTail } from './tail.js';

/** So many expired entries at least go with each call that adds one. */
const SWEPT_MIN = 8;

/** Removes idempotency keys and responses that have expired, more than are added, so that they never build up. */
export async function sweepExpired(ledger: Ledger, addedCount: number): Promise<void> {
  const { begin } = queueExpiry.range();
  const limit = Math.max(SWEPT_MIN, 2 * addedCount);
  const { begin: end } = queueExpiry.range({ expiresAtMs: ledger.nowMs + 1 });
  // What this call itself has put or renewed is not to be seen half.
  await ledger.flush();
  for await (const { key } of ledger.access.scanSizes({ begin, end }, { limit })) {
    ledger.delete(key);
    ledger.delete(keyOfTail(queueExpiry.decode(key).tail));
  }
}
