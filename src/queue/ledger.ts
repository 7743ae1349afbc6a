import type { ActorAccess, ActorWrites } from '../actor/index.js';
import { encodeUtf8, equalBytes, equalOptionalBytes } from '../bytes/index.js';
import { isKeyspaceError } from '../errors.js';
import {
  queueMessage,
  queueMetadata,
  queuePending,
  queueReady,
  queueReadyByName,
  queueState,
} from '../layout/index.js';
import {
  type QueueMessageRecord,
  type QueuePendingRecord,
  type QueueStateRecord,
  queueMessagePayload,
  queueMetadataPayload,
  queuePendingPayload,
  queueStatePayload,
} from '../values/index.js';
import { IndexMismatch, indexed, usable } from './index-entries.js';
import type { QueueSettings } from './settings.js';

const METADATA_KEY = queueMetadata.encode({});
export const STATE_KEY = queueState.encode({});
export const NO_BYTES = new Uint8Array(0);
/** Ids count from here, as RivetKit's do. */
export const FIRST_ID = 1n;
/** No message has it, for then there would be no next id. */
export const LAST_ID = 0xffff_ffff_ffff_ffffn;
/** The count of messages is 32 bits wide. */
const MESSAGES_MAX = 0xffff_ffff;
/** A clock may be behind by so much before waiting times are set anew. */
const BEHIND_MS_MAX = 1_000;

/** What has to be done before the queue can be used: its index does not match, or the clock was set back. */
export type Repair = 'rebuild' | 'rebase';

/** How the queue stands, as of its metadata and the state record that matches it. */
export interface Standing {
  readonly nextId: bigint;
  readonly messageCount: number;
  readonly state: QueueStateRecord;
}

const NEW: Standing = {
  nextId: FIRST_ID,
  messageCount: 0,
  state: { metadata: NO_BYTES, readyCount: 0, isPaused: false, clockMs: 0 },
};

/**
 * How the queue stands; `undefined` if that is not known, since somebody else has written it or it is damaged.
 *
 * @throws {KeyspaceError} `value.version_unsupported` if a newer version wrote it; what the store throws.
 */
export async function readStanding(access: ActorAccess): Promise<Standing | undefined> {
  const [metadata, stamp] = await readBoth(access);
  if (metadata === undefined && stamp === undefined) return (await isEmpty(access)) ? NEW : undefined;
  const record = metadata && soundOrUndefined(() => queueMetadataPayload.decode(metadata));
  const state = stamp && usable(() => queueStatePayload.decode(stamp));
  if (record === undefined || state === undefined) return undefined;
  return equalOptionalBytes(state.metadata, metadata) ? { ...record, state } : undefined;
}

/** Metadata and state, of one instant; what does not match its checksum is absent. */
async function readBoth(access: ActorAccess): Promise<(Uint8Array | undefined)[]> {
  try {
    return await access.getMany([METADATA_KEY, STATE_KEY]);
  } catch (error) {
    if (!isKeyspaceError(error, 'value.corrupt')) throw error;
    return [await readSound(access, METADATA_KEY), await readSound(access, STATE_KEY)];
  }
}

/** The next id that metadata tell; `undefined` if it is missing or damaged. @throws As {@link readStanding}. */
export async function readNextId(access: ActorAccess): Promise<bigint | undefined> {
  const metadata = await readSound(access, METADATA_KEY);
  return metadata && soundOrUndefined(() => queueMetadataPayload.decode(metadata))?.nextId;
}

/** The value of a key; `undefined` also if it does not match its checksum. */
export async function readSound(access: ActorAccess, key: Uint8Array): Promise<Uint8Array | undefined> {
  try {
    return await access.get(key);
  } catch (error) {
    if (isKeyspaceError(error, 'value.corrupt')) return undefined;
    throw error;
  }
}

/** What `decode` returns; `undefined` if it finds the value malformed. */
export function soundOrUndefined<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (isKeyspaceError(error, 'value.malformed')) return undefined;
    throw error;
  }
}

async function isEmpty(access: ActorAccess): Promise<boolean> {
  const range = { begin: METADATA_KEY, end: Uint8Array.of(METADATA_KEY[0] as number, 2) };
  for await (const _entry of access.scanSizes(range, { limit: 1 })) return false;
  return true;
}

/** Why a message waits. */
export type Wait = Omit<QueuePendingRecord, 'name'>;

/**
 * The queue within one transaction: its counts, its index, and what is to be written. Reads through `access` see what
 * was written before the last {@link flush}.
 */
export class Ledger {
  readonly access: ActorAccess;
  readonly settings: QueueSettings;
  /** Never before what it was at an earlier use, but for a clock that was set back: then {@link repair} says so. */
  readonly nowMs: number;
  readonly #before: Standing;
  readonly #writes: ((writes: ActorWrites) => void)[] = [];
  nextId: bigint;
  messageCount: number;
  readyCount: number;
  isPaused: boolean;
  #isChanged = false;

  constructor(access: ActorAccess, settings: QueueSettings, standing: Standing, nowMs: number) {
    this.access = access;
    this.settings = settings;
    this.nowMs = nowMs;
    this.#before = standing;
    this.nextId = standing.nextId;
    this.messageCount = standing.messageCount;
    this.readyCount = standing.state.readyCount;
    this.isPaused = standing.state.isPaused;
  }

  /** @throws As {@link readStanding}. */
  static async open(access: ActorAccess, settings: QueueSettings): Promise<Ledger | Repair> {
    const standing = await readStanding(access);
    if (standing === undefined) return 'rebuild';
    const nowMs = Math.max(0, access.clock.nowMs());
    const { clockMs } = standing.state;
    if (nowMs < clockMs - BEHIND_MS_MAX) return 'rebase';
    return new Ledger(access, settings, standing, Math.max(nowMs, clockMs));
  }

  /** How many messages there were when it was opened. */
  get messageCountBefore(): number {
    return this.#before.messageCount;
  }

  /** How many more messages there may be. */
  get roomCount(): number {
    return Math.min(this.settings.messagesMax, MESSAGES_MAX) - this.messageCount;
  }

  set(key: Uint8Array, value: Uint8Array): void {
    this.#isChanged = true;
    this.#writes.push((writes) => writes.set(key, value));
  }

  delete(key: Uint8Array): void {
    this.#isChanged = true;
    this.#writes.push((writes) => writes.delete(key));
  }

  clearRange(range: { readonly begin: Uint8Array; readonly end: Uint8Array }): void {
    this.#isChanged = true;
    this.#writes.push((writes) => writes.clearRange(range));
  }

  setMessage(id: bigint, record: QueueMessageRecord): void {
    this.set(queueMessage.encode({ id }), queueMessagePayload.encode(record));
  }

  deleteMessage(id: bigint): void {
    this.delete(queueMessage.encode({ id }));
    this.messageCount--;
  }

  addReady(name: string, id: bigint): void {
    this.set(queueReady.encode({ id }), encodeUtf8(name));
    this.set(queueReadyByName.encode({ name, id }), NO_BYTES);
    this.readyCount++;
  }

  removeReady(name: string, id: bigint): void {
    this.delete(queueReady.encode({ id }));
    this.delete(queueReadyByName.encode({ name, id }));
    this.readyCount = Math.max(0, this.readyCount - 1);
  }

  addPending(availableAtMs: number, id: bigint, name: string, wait: Wait): void {
    this.set(queuePending.encode({ availableAtMs, id }), queuePendingPayload.encode({ name, ...wait }));
  }

  removePending(availableAtMs: number, id: bigint): void {
    this.delete(queuePending.encode({ availableAtMs, id }));
  }

  /** As {@link save}, whether or not anything has changed, and whatever was known of when the actor is due. */
  async touch(): Promise<void> {
    this.#isChanged = true;
    await this.save();
    const wakeAtMs = await this.#wakeAtMs();
    await this.access.write((writes) => writes.wakeAt('queue', wakeAtMs));
  }

  /** Makes what was written readable, and keeps it out of the way of a call that only reads. */
  async flush(): Promise<void> {
    if (this.#writes.length === 0) return;
    const writes = this.#writes.splice(0);
    await this.access.write((target) => {
      for (const write of writes) write(target);
    });
  }

  /**
   * Writes everything, with metadata and state that match it.
   *
   * @returns Whether anything has changed.
   * @throws {IndexMismatch} If more messages are gone than there were.
   */
  async save(): Promise<boolean> {
    const { isPaused } = this.#before.state;
    if (!this.#isChanged && isPaused === this.isPaused) return false;
    // Also what an owner sees whose reads came before and after another owner's writes.
    if (this.messageCount < 0) throw new IndexMismatch();
    await this.flush();
    const metadata = queueMetadataPayload.encode({ nextId: this.nextId, messageCount: this.messageCount });
    const wakeAtMs = await this.#wakeAtMs();
    const { readyCount, nowMs } = this;
    const state = { metadata, readyCount, isPaused: this.isPaused, clockMs: nowMs, wakeAtMs };
    await this.access.write((writes) => {
      if (!equalBytes(metadata, this.#before.state.metadata)) writes.set(METADATA_KEY, metadata);
      writes.set(STATE_KEY, queueStatePayload.encode(state));
      if (wakeAtMs !== this.#before.state.wakeAtMs) writes.wakeAt('queue', wakeAtMs);
    });
    return true;
  }

  /** When the next message becomes ready; `undefined` if none waits. Of what is flushed. */
  async nextPendingMs(): Promise<number | undefined> {
    for await (const { key } of this.access.scanSizes(queuePending.range(), { limit: 1 })) {
      return indexed(() => queuePending.decode(key)).availableAtMs;
    }
    return undefined;
  }

  /** While messages are ready it stays what it is: a time that moved with each of them would be written with each. */
  async #wakeAtMs(): Promise<number | undefined> {
    if (this.isPaused) return undefined;
    if (this.readyCount === 0) return this.nextPendingMs();
    return Math.min(this.#before.state.wakeAtMs ?? this.nowMs, this.nowMs);
  }
}
