import { KeyspaceError } from '../errors.js';
import { LAYOUT_VERSION_CURRENT, systemLayout, systemUsage, systemWake } from '../layout/index.js';
import type { StoreLimits, Write } from '../store/index.js';
import {
  dueAtMs,
  layoutHeaderPayload,
  USAGE_RECORD_BYTES,
  type WakeRecord,
  wakePayload,
} from '../values/index.js';
import type { ActorLayer } from './actor-layer.js';
import type { Usage } from './usage.js';
import { dueWrites, withWake } from './wake.js';

/** What the store has of an actor's own records. */
export interface StoredRecords {
  readonly hasHeader: boolean;
  readonly hasUsage: boolean;
  /** As recorded, or counted where it is not. */
  readonly usage: Usage;
  readonly wake: WakeRecord;
}

/** How the records stand after some layer. */
export interface Balance {
  /** `undefined` while nothing was ever set: then there is nothing to record. */
  readonly usageRecord: Uint8Array | undefined;
  readonly dueAtMs: number | undefined;
}

interface Entry {
  readonly key: Uint8Array;
  /** `null`: to be deleted. */
  readonly value: Uint8Array | null;
}

/** What accepting a layer means for the records. */
export interface Posting {
  readonly entries: readonly Entry[];
  readonly change: Usage;
  readonly wake: WakeRecord;
  /** Whether anything is set: then there are a header and a usage record from here on. */
  readonly isSetting: boolean;
}

const HEADER_KEY = systemLayout.encode({});
const HEADER = layoutHeaderPayload.encode({ layoutVersion: LAYOUT_VERSION_CURRENT });
const USAGE_KEY = systemUsage.encode({});
const WAKE_KEY = systemWake.encode({});
const LONGEST_WAKE = { stateAtMs: 0, queueAtMs: 0, workflowAtMs: 0 };
/** Two keys of a due entry, each at most: the name, a time, the actor id. */
const DUE_BYTES_MAX = 2 * (5 + 9 + 256);

/** The most that the records add to a commit. */
export const RECORDS_BYTES_MAX =
  HEADER_KEY.length +
  HEADER.length +
  USAGE_KEY.length +
  USAGE_RECORD_BYTES +
  WAKE_KEY.length +
  wakePayload.encode(LONGEST_WAKE).length +
  DUE_BYTES_MAX;

/** Entries that the records may add to a commit. */
export const RECORDS_COUNT_MAX = 4;

/**
 * The library's own records of an actor, exact as of everything accepted: the layout header, how much there is
 * in each namespace, and when the actor is due. They change in the commit that changes what they record.
 */
export class Books {
  readonly #actorId: string;
  readonly #quotaBytes: number;
  readonly #usage: Usage;
  /** Written anew for each commit, of which one is under way at a time. */
  readonly #record = new Uint8Array(USAGE_RECORD_BYTES);
  #wake: WakeRecord;
  #hasHeader: boolean;
  #isRecorded: boolean;
  /** As `#wake` has it. */
  #dueAtMs: number | undefined;
  /** When the store has the actor as due. */
  #storedDueAtMs: number | undefined;

  constructor(actorId: string, quotaBytes: number, stored: StoredRecords) {
    this.#actorId = actorId;
    this.#quotaBytes = quotaBytes;
    this.#usage = stored.usage;
    this.#wake = stored.wake;
    this.#hasHeader = stored.hasHeader;
    this.#isRecorded = stored.hasUsage;
    this.#dueAtMs = dueAtMs(stored.wake);
    this.#storedDueAtMs = this.#dueAtMs;
  }

  get usage(): Usage {
    return this.#usage;
  }

  /**
   * What accepting a layer would mean. Changes nothing yet.
   *
   * @param change By how much the layer changes the usage. Taken over.
   * @throws {KeyspaceError} `actor.quota_exceeded`, if the actor would grow, and beyond its quota.
   */
  post(layer: ActorLayer, change: Usage): Posting {
    const isDeleting = layer.setCount === 0;
    const entries: Entry[] = [];
    const wake = this.#wakeAfter(layer);
    if (wake !== this.#wake) entries.push(this.#wakeEntry(wake, change));
    const isSetting = layer.setCount > 0 || entries.some(({ value }) => value !== null);
    if (isSetting && !this.#hasHeader) {
      entries.push({ key: HEADER_KEY, value: HEADER });
      change.count(HEADER_KEY, HEADER.length, 1);
    }
    if (isSetting && !this.#isRecorded) change.count(USAGE_KEY, USAGE_RECORD_BYTES, 1);
    const usageBytes = this.#usage.totalBytes + change.totalBytes;
    // What only deletes is let in, whatever its records add.
    const isGrowing = !isDeleting && change.totalBytes > 0;
    if (isGrowing && usageBytes > this.#quotaBytes) throw quotaExceeded(usageBytes, this.#quotaBytes);
    return { entries, change, wake, isSetting };
  }

  /** Puts the posting's entries into the layer that it was made for. */
  enter({ entries }: Posting, layer: ActorLayer, limits: StoreLimits): void {
    for (const { key, value } of entries) {
      if (value === null) layer.delete(key, limits);
      else layer.set(key, value, limits);
    }
  }

  /** The layer of the posting is accepted. */
  accept({ change, wake, isSetting }: Posting): void {
    this.#usage.add(change);
    if (wake !== this.#wake) this.#dueAtMs = dueAtMs(wake);
    this.#wake = wake;
    this.#hasHeader ||= isSetting;
    this.#isRecorded ||= isSetting;
  }

  /** As of everything accepted, until the next of it is asked for. */
  balance(): Balance {
    return this.#balance(this.#record);
  }

  /** As of everything accepted, to be kept. */
  keptBalance(): Balance {
    return this.#balance(new Uint8Array(USAGE_RECORD_BYTES));
  }

  #balance(record: Uint8Array): Balance {
    if (this.#isRecorded) this.#usage.writeRecord(record);
    return { usageRecord: this.#isRecorded ? record : undefined, dueAtMs: this.#dueAtMs };
  }

  /** What a commit writes besides the layer that the balance is of. */
  writes(partition: Uint8Array, balance: Balance): { usage: Write[]; due: Write[] } {
    const { usageRecord } = balance;
    return {
      usage: usageRecord ? [{ type: 'set', partition, key: USAGE_KEY, value: usageRecord }] : [],
      due: dueWrites(this.#actorId, this.#storedDueAtMs, balance.dueAtMs),
    };
  }

  /** The commit with these writes is durable. */
  committed(balance: Balance): void {
    this.#storedDueAtMs = balance.dueAtMs;
  }

  #wakeAfter(layer: ActorLayer): WakeRecord {
    let wake = this.#wake;
    for (const [source, atMs] of layer.wakes) wake = withWake(wake, source, atMs);
    return wake;
  }

  #wakeEntry(wake: WakeRecord, change: Usage): Entry {
    const before = wakeValue(this.#wake);
    const value = wakeValue(wake);
    if (before !== null) change.count(WAKE_KEY, before.length, -1);
    if (value !== null) change.count(WAKE_KEY, value.length, 1);
    return { key: WAKE_KEY, value };
  }
}

function wakeValue(wake: WakeRecord): Uint8Array | null {
  return dueAtMs(wake) === undefined ? null : wakePayload.encode(wake);
}

function quotaExceeded(usageBytes: number, quotaBytes: number): KeyspaceError<'actor.quota_exceeded'> {
  return new KeyspaceError(
    'actor.quota_exceeded',
    `the actor would have ${usageBytes} bytes, the quota is ${quotaBytes}`,
    { usageBytes, quotaBytes },
  );
}
