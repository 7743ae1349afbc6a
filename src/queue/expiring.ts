import { queueExpiry } from '../layout/index.js';
import type { Ledger } from './ledger.js';
import { keyOfTail } from './tail.js';

/** So many expired entries go with each call that adds one, so that they never build up. */
const SWEPT_MAX = 8;

/** Removes some of the idempotency keys and responses that have expired. */
export async function sweepExpired(ledger: Ledger): Promise<void> {
  const { begin } = queueExpiry.range();
  const { begin: end } = queueExpiry.range({ expiresAtMs: ledger.nowMs + 1 });
  // What this call itself has put or renewed is not to be seen half.
  await ledger.flush();
  for await (const { key } of ledger.access.scanSizes({ begin, end }, { limit: SWEPT_MAX })) {
    ledger.delete(key);
    ledger.delete(keyOfTail(queueExpiry.decode(key).tail));
  }
}
