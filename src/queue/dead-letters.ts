import type { WriteOptions } from '../actor/index.js';
import { queueDeadLetter } from '../layout/index.js';
import { queueDeadLetterPayload, queueMessagePayload } from '../values/index.js';
import { type QueueMessage, toMessage } from './body.js';
import { full } from './enqueueing.js';
import { usable } from './index-entries.js';
import { type Ledger, readSound } from './ledger.js';
import { limitOf, type QueueListOptions, rangeBehind } from './listing.js';
import { idle } from './message-records.js';
import type { QueueSession } from './session.js';

/** A message that was given up. */
export interface DeadLetter<Body = unknown> extends QueueMessage<Body> {
  readonly reason: string;
  /** Milliseconds since the Unix epoch. */
  readonly deadAtMs: number;
}

/** The messages that were delivered in vain as often as the queue's settings allow. They stay until they are dealt with. */
export class DeadLetters {
  readonly #session: QueueSession;

  constructor(session: QueueSession) {
    this.#session = session;
  }

  /** In the order of their ids. What cannot be read or decoded is passed over. @throws As `ActorAccess`. */
  async list(options: QueueListOptions = {}): Promise<DeadLetter[]> {
    const letters: DeadLetter[] = [];
    const { access } = this.#session;
    for await (const { key } of access.scanSizes(rangeBehind(queueDeadLetter, options), limitOf(options))) {
      const value = await readSound(access, key);
      const letter = value && usable(() => decodeLetter(key, value));
      if (letter !== undefined) letters.push(letter);
    }
    return letters;
  }

  /**
   * Puts a dead letter back into the queue, ready, with its old id and place, as if it had never been delivered.
   *
   * @returns Whether there was one.
   * @throws {KeyspaceError} `queue.full`, and as `ActorAccess`.
   */
  redrive(id: bigint, options?: WriteOptions): Promise<boolean> {
    return this.#session.run((ledger) => redrive(ledger, id), options);
  }

  /** @returns Whether there was one. @throws As `ActorAccess`. */
  delete(id: bigint, options?: WriteOptions): Promise<boolean> {
    return this.#session.run(async (ledger) => {
      const key = queueDeadLetter.encode({ id });
      const [valueBytes] = await ledger.access.getSizes([key]);
      if (valueBytes === undefined) return false;
      ledger.delete(key);
      return true;
    }, options);
  }
}

function decodeLetter(key: Uint8Array, value: Uint8Array): DeadLetter {
  const { message, reason, deadAtMs } = queueDeadLetterPayload.decode(value);
  const { id } = queueDeadLetter.decode(key);
  return { ...toMessage(id, queueMessagePayload.decode(message)), reason, deadAtMs };
}

async function redrive(ledger: Ledger, id: bigint): Promise<boolean> {
  const key = queueDeadLetter.encode({ id });
  const value = await ledger.access.get(key);
  if (value === undefined) return false;
  if (ledger.roomCount < 1) throw full(ledger);
  const record = queueMessagePayload.decode(queueDeadLetterPayload.decode(value).message);
  const { failureCount: _failures, ...fresh } = idle(record);
  ledger.delete(key);
  ledger.setMessage(id, fresh);
  ledger.messageCount++;
  ledger.addReady(fresh.name, id);
  return true;
}
