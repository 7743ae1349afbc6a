import type { ActorAccess } from '../actor/index.js';
import { concatBytes, copyBytes } from '../bytes/index.js';
import {
  queueDeadLetter,
  queueIdempotency,
  queueMessage,
  queuePending,
  queueQuarantineReason,
  queueReady,
  queueReadyByName,
  queueResponse,
} from '../layout/index.js';
import {
  type QueueMessageRecord,
  queueIdempotencyPayload,
  queueMetadataPayload,
  queueStatePayload,
} from '../values/index.js';
import { usable } from './index-entries.js';
import {
  FIRST_ID,
  LAST_ID,
  Ledger,
  readNextId,
  readSound,
  readStanding,
  STATE_KEY,
  soundOrUndefined,
} from './ledger.js';
import { findAt, isDecoded } from './message-records.js';
import { PAGE_BYTES } from './pending-page.js';
import { quarantine } from './quarantining.js';
import type { QueueSettings } from './settings.js';
import { ID_BYTES, idOfBytes, messageTailOf } from './tail.js';

/** Messages read and indexed in one commit. */
const PAGE = 256;
const BEGUN = { metadata: new Uint8Array(14), readyCount: 0, isPaused: false, clockMs: 0 };

/**
 * Makes the index anew from the messages, in commits of bounded size, and the metadata, which it never takes below an
 * id that was ever used. Leases that were given out are void. Until it is done the state record matches no metadata, so that
 * whoever comes after a crash begins again. Does nothing if the index has come to match meanwhile.
 *
 * @param isWrong Whether the index is known to be wrong although it seems to match.
 */
export async function rebuild(access: ActorAccess, settings: QueueSettings, isWrong: boolean): Promise<void> {
  const isPaused = await access.transaction(async (inner) => {
    if (!isWrong && (await readStanding(inner)) !== undefined) return undefined;
    const stored = await readSound(inner, STATE_KEY);
    const state = stored && usable(() => queueStatePayload.decode(stored));
    const begun = { ...BEGUN, isPaused: state?.isPaused ?? false, metadata: unmatched(state?.metadata) };
    await inner.write((writes) => {
      writes.set(STATE_KEY, queueStatePayload.encode(begun));
      for (const family of [queueReady, queueReadyByName, queuePending]) writes.clearRange(family.range());
    });
    return begun.isPaused;
  });
  if (isPaused === undefined) return;
  const run = new Rebuild(settings, isPaused);
  while (await access.transaction((inner) => run.step(inner))) {
    // Each step is a commit of its own.
  }
}

class Rebuild {
  readonly #settings: QueueSettings;
  readonly #isPaused: boolean;
  #range = queueMessage.range();
  #messageCount = 0;
  #readyCount = 0;
  #nextId = FIRST_ID;

  constructor(settings: QueueSettings, isPaused: boolean) {
    this.#settings = settings;
    this.#isPaused = isPaused;
  }

  /** @returns Whether there is more to do. */
  async step(access: ActorAccess): Promise<boolean> {
    // Somebody else has finished it.
    if ((await readStanding(access)) !== undefined) return false;
    const ledger = this.#ledger(access);
    const keys: Uint8Array[] = [];
    for await (const { key } of access.scanSizes(this.#range, { limit: PAGE })) keys.push(key);
    let last: Uint8Array | undefined;
    let bytes = 0;
    for (const key of keys) {
      bytes += await this.#index(ledger, key);
      last = key;
      if (bytes > PAGE_BYTES) break;
    }
    this.#messageCount = ledger.messageCount;
    this.#readyCount = ledger.readyCount;
    if (last !== undefined && (keys.length === PAGE || bytes > PAGE_BYTES)) {
      this.#range = { begin: concatBytes(last, Uint8Array.of(0)), end: this.#range.end };
      await ledger.flush();
      return true;
    }
    await this.#seeOtherIds(access);
    ledger.nextId = this.#nextId;
    await ledger.touch();
    return false;
  }

  #ledger(access: ActorAccess): Ledger {
    const nowMs = Math.max(0, access.clock.nowMs());
    const state = { ...BEGUN, readyCount: this.#readyCount, isPaused: this.#isPaused };
    const standing = { nextId: this.#nextId, messageCount: this.#messageCount, state };
    return new Ledger(access, this.#settings, standing, nowMs);
  }

  /** @returns About how many bytes it writes. */
  async #index(ledger: Ledger, key: Uint8Array): Promise<number> {
    ledger.messageCount++;
    const tail = messageTailOf(key);
    const id = tail.length === ID_BYTES ? idOfBytes(tail) : undefined;
    if (id !== undefined) this.#seen(id);
    const found = await findAt(ledger, key);
    if (found === undefined) return 0;
    if (!isDecoded(found)) {
      quarantine(ledger, tail, found.undecodable, found.bytes);
      return found.bytes?.length ?? 0;
    }
    if (id !== undefined && id < LAST_ID) {
      indexMessage(ledger, id, found);
      return 4 * found.name.length;
    }
    const reason =
      id === undefined
        ? `its key has ${tail.length} bytes for an id instead of ${ID_BYTES}`
        : 'its id leaves no next one';
    const bytes = await ledger.access.get(key);
    quarantine(ledger, tail, reason, bytes);
    return bytes?.length ?? 0;
  }

  /** An id that leaves no next one was never given out. */
  #seen(id: bigint): void {
    if (id >= this.#nextId && id < LAST_ID) this.#nextId = id + 1n;
  }

  /** Ids that were used and may not be among the messages any more. */
  async #seeOtherIds(access: ActorAccess): Promise<void> {
    for (const nextId of [await readNextId(access), await rememberedNextId(access)]) {
      if (nextId !== undefined && nextId > this.#nextId) this.#nextId = nextId;
    }
    for (const family of [queueDeadLetter, queueResponse]) {
      for await (const { key } of access.scanSizes(family.range(), { reverse: true })) {
        const last = usable(() => family.decode(key));
        if (last === undefined) continue;
        this.#seen(last.id);
        break;
      }
    }
    for await (const { key } of access.scanSizes(queueQuarantineReason.range())) {
      const { tail } = queueQuarantineReason.decode(key);
      if (tail.length === ID_BYTES) this.#seen(idOfBytes(tail));
    }
    for await (const { key } of access.scanSizes(queueIdempotency.range())) {
      const value = await readSound(access, key);
      const record = value && usable(() => queueIdempotencyPayload.decode(value));
      if (record !== undefined) this.#seen(idOfBytes(record.messageId));
    }
  }
}

/** The stamp of an index that is being made: those metadata, but with a version that there is none of. */
function unmatched(metadata: Uint8Array = BEGUN.metadata): Uint8Array {
  const stamp = copyBytes(metadata);
  stamp[0] = 0;
  return stamp;
}

/** The next id of the metadata that {@link unmatched} was made of. */
async function rememberedNextId(access: ActorAccess): Promise<bigint | undefined> {
  const stored = await access.get(STATE_KEY);
  const state = stored && usable(() => queueStatePayload.decode(stored));
  if (state === undefined) return undefined;
  const metadata = copyBytes(state.metadata);
  metadata[0] = queueMetadataPayload.payloadVersionMax;
  return soundOrUndefined(() => queueMetadataPayload.decode(metadata))?.nextId;
}

function indexMessage(ledger: Ledger, id: bigint, record: QueueMessageRecord): void {
  const { name, availableAtMs, inFlight = false, inFlightAtMs } = record;
  const { nowMs, settings } = ledger;
  if (inFlight) {
    // Nobody knows the id of its lease any more.
    const endsAtMs = availableAtMs ?? (inFlightAtMs ?? nowMs) + settings.visibilityMs;
    const wait = { leaseId: '', ...(inFlightAtMs !== undefined && { sinceMs: inFlightAtMs }) };
    ledger.addPending(clamped(endsAtMs), id, name, wait);
  } else if (availableAtMs !== undefined && availableAtMs > nowMs) {
    ledger.addPending(availableAtMs, id, name, {});
  } else {
    ledger.addReady(name, id);
  }
}

function clamped(timeMs: number): number {
  return Math.min(Math.max(0, timeMs), Number.MAX_SAFE_INTEGER);
}
