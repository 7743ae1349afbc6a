import { queueMessage, queueQuarantine, queueQuarantineReason } from '../layout/index.js';
import { queueQuarantinePayload } from '../values/index.js';
import type { Ledger } from './ledger.js';
import { messageKeyOfTail } from './tail.js';

/**
 * Takes an entry that is no message out of the queue, with its bytes where they can be read. One that does not match
 * its checksum stays where it is, counted and out of the index, since it cannot be copied.
 */
export function quarantine(
  ledger: Ledger,
  tail: Uint8Array,
  reason: string,
  bytes: Uint8Array | undefined,
): void {
  const record = { reason, atMs: ledger.nowMs, hasBytes: bytes !== undefined };
  ledger.set(queueQuarantineReason.encode({ tail }), queueQuarantinePayload.encode(record));
  if (bytes === undefined) return;
  ledger.set(queueQuarantine.encode({ tail }), bytes);
  ledger.delete(messageKeyOfTail(tail));
  ledger.messageCount--;
}

/** {@link quarantine} of the message of an id. */
export function quarantineId(
  ledger: Ledger,
  id: bigint,
  reason: string,
  bytes: Uint8Array | undefined,
): void {
  quarantine(ledger, queueMessage.encode({ id }).slice(queueMessage.prefix.length), reason, bytes);
}
