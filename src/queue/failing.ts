import { queueDeadLetter } from '../layout/index.js';
import { type QueueMessageRecord, queueDeadLetterPayload, queueMessagePayload } from '../values/index.js';
import type { Ledger } from './ledger.js';
import { idle } from './message-records.js';

const REASON_CHARACTERS_MAX = 160;
const FAILURES_MAX = 0xffff_ffff;

/** Text that a dead letter has room for: well-formed, and cut to 160 UTF-16 units. */
function shortReason(reason: string): string {
  const wellFormed = reason.toWellFormed();
  if (wellFormed.length <= REASON_CHARACTERS_MAX) return wellFormed;
  return `${wellFormed.slice(0, REASON_CHARACTERS_MAX - 1).toWellFormed()}…`;
}

/**
 * A delivery has failed: the message is delivered again after `delayMs`, or has been delivered often enough and is a
 * dead letter. Its lease must be taken out of the index.
 */
export function fail(
  ledger: Ledger,
  id: bigint,
  record: QueueMessageRecord,
  reason: string,
  delayMs: number,
): void {
  const { failureCount: before = 0, ...rest } = idle(record);
  const failureCount = Math.min(before + 1, FAILURES_MAX);
  const failed = { ...rest, failureCount };
  if (failureCount >= ledger.settings.deliveriesMax) {
    deadLetter(ledger, id, failed, reason);
  } else if (delayMs > 0) {
    const availableAtMs = ledger.nowMs + delayMs;
    ledger.setMessage(id, { ...failed, availableAtMs });
    ledger.addPending(availableAtMs, id, record.name, { sinceMs: ledger.nowMs });
  } else {
    ledger.setMessage(id, failed);
    ledger.addReady(record.name, id);
  }
}

function deadLetter(ledger: Ledger, id: bigint, record: QueueMessageRecord, reason: string): void {
  const message = queueMessagePayload.encode(record);
  const letter = { message, reason: shortReason(reason), deadAtMs: ledger.nowMs };
  ledger.set(queueDeadLetter.encode({ id }), queueDeadLetterPayload.encode(letter));
  ledger.deleteMessage(id);
}
