import type { WriteOptions } from '../actor/index.js';
import { fromHex, toHex } from '../bytes/index.js';
import { queueQuarantine, queueQuarantineReason } from '../layout/index.js';
import { queueQuarantinePayload } from '../values/index.js';
import { tryToMessage } from './body.js';
import { full } from './enqueueing.js';
import { LAST_ID, type Ledger, readSound } from './ledger.js';
import { limitOf } from './listing.js';
import { decodeMessage, idle, isDecoded } from './message-records.js';
import type { QueueSession } from './session.js';
import { ID_BYTES, idOfBytes, messageKeyOfTail } from './tail.js';

/** An entry among the messages that is none. */
export interface QuarantinedMessage {
  /** What its key had after `05 01 02`, in hex: of a message the id in 16 digits. */
  readonly keyHex: string;
  readonly reason: string;
  /** Milliseconds since the Unix epoch. */
  readonly quarantinedAtMs: number;
  /** As they were stored; absent if they do not match their checksum, and so cannot be read. */
  readonly bytes?: Uint8Array | undefined;
}

/** What was found among the messages and could not be decoded. It stays until it is dealt with. */
export class Quarantine {
  readonly #session: QueueSession;

  constructor(session: QueueSession) {
    this.#session = session;
  }

  /** In the order of their keys, at most `limit`, by default 100. @throws As `ActorAccess`. */
  async list(options: { readonly limit?: number | undefined } = {}): Promise<QuarantinedMessage[]> {
    const { access } = this.#session;
    const found: QuarantinedMessage[] = [];
    for await (const { key, value } of access.scan(queueQuarantineReason.range(), limitOf(options))) {
      const { tail } = queueQuarantineReason.decode(key);
      const { reason, atMs } = queueQuarantinePayload.decode(value);
      const bytes = await readSound(access, queueQuarantine.encode({ tail }));
      found.push({
        keyHex: toHex(tail),
        reason,
        quarantinedAtMs: atMs,
        ...(bytes !== undefined && { bytes }),
      });
    }
    return found;
  }

  /**
   * Puts an entry back among the messages if it can be decoded by now: by a newer version of this library, or
   * because the store has been repaired.
   *
   * @returns Whether it is a message again.
   * @throws {RangeError} If `keyHex` is not hex.
   * @throws {KeyspaceError} `queue.full`: the entry stays; and as `ActorAccess`.
   */
  async retry(keyHex: string, options?: WriteOptions): Promise<boolean> {
    const tail = fromHex(keyHex);
    return this.#session.run((ledger) => retry(ledger, tail), options);
  }

  /** Deletes an entry and its bytes. @returns Whether there was one. @throws As {@link retry}. */
  async drop(keyHex: string, options?: WriteOptions): Promise<boolean> {
    const tail = fromHex(keyHex);
    return this.#session.run(async (ledger) => {
      const value = await ledger.access.get(queueQuarantineReason.encode({ tail }));
      if (value === undefined) return false;
      release(ledger, tail);
      if (!queueQuarantinePayload.decode(value).hasBytes) {
        const key = messageKeyOfTail(tail);
        const [valueBytes] = await ledger.access.getSizes([key]);
        if (valueBytes === undefined) return true;
        ledger.delete(key);
        ledger.messageCount--;
      }
      return true;
    }, options);
  }
}

async function retry(ledger: Ledger, tail: Uint8Array): Promise<boolean> {
  const value = await ledger.access.get(queueQuarantineReason.encode({ tail }));
  if (value === undefined || tail.length !== ID_BYTES) return false;
  const { hasBytes } = queueQuarantinePayload.decode(value);
  const key = hasBytes ? queueQuarantine.encode({ tail }) : messageKeyOfTail(tail);
  const bytes = await readSound(ledger.access, key);
  const record = bytes && decodeMessage(bytes);
  const id = idOfBytes(tail);
  if (id === LAST_ID || !record || !isDecoded(record) || typeof tryToMessage(id, record) === 'string')
    return false;
  // What has no bytes of its own is counted as a message all the time.
  if (hasBytes && ledger.roomCount < 1) throw full(ledger);
  release(ledger, tail);
  if (hasBytes) ledger.messageCount++;
  const fresh = idle(record);
  ledger.setMessage(id, fresh);
  ledger.addReady(fresh.name, id);
  return true;
}

function release(ledger: Ledger, tail: Uint8Array): void {
  ledger.delete(queueQuarantineReason.encode({ tail }));
  ledger.delete(queueQuarantine.encode({ tail }));
}
