import { equalBytes } from '../bytes/index.js';
import { isKeyspaceError } from '../errors.js';
import { systemUsage, systemWake } from '../layout/index.js';
import { type Reader, type Store, WHOLE_PARTITION } from '../store/index.js';
import { dueAtMs, usagePayload, type WakeRecord, wakePayload } from '../values/index.js';
import type { StoredRecords } from './books.js';
import type { FoundLayout } from './layout-header.js';
import { Usage } from './usage.js';

const USAGE_KEY = systemUsage.encode({});
const WAKE_KEY = systemWake.encode({});

/**
 * The records of an actor that nobody writes meanwhile.
 *
 * @throws {KeyspaceError} `value.malformed` or `value.version_unsupported` if one is not as written or newer, and
 * what the store throws. A usage record that is missing or damaged is not missed: the actor is counted.
 */
export async function readStoredRecords(
  store: Store,
  partition: Uint8Array,
  { hasHeader, isEmpty }: FoundLayout,
): Promise<StoredRecords> {
  if (isEmpty) return { hasHeader, hasUsage: false, usage: new Usage(), wake: {} };
  const recorded = await readUsage(store, partition);
  return {
    hasHeader,
    hasUsage: recorded !== undefined,
    usage: recorded ?? (await countUsage(store, partition)),
    wake: await readWake(store, partition),
  };
}

/** @throws {KeyspaceError} As {@link readStoredRecords}: an actor with such a record cannot be written. */
export async function assertRecordsKnown(store: Reader, partition: Uint8Array): Promise<void> {
  await Promise.all([readUsage(store, partition), readWake(store, partition)]);
}

async function readWake(store: Reader, partition: Uint8Array): Promise<WakeRecord> {
  const record = await store.get(partition, WAKE_KEY);
  return record === undefined ? {} : wakePayload.decode(record);
}

/** When the actor is due, as it has recorded. @throws As {@link readStoredRecords}. */
export async function readDueAtMs(store: Reader, partition: Uint8Array): Promise<number | undefined> {
  return dueAtMs(await readWake(store, partition));
}

/** What the usage record says; `undefined` if there is none, or it is damaged. */
export async function readUsage(store: Reader, partition: Uint8Array): Promise<Usage | undefined> {
  try {
    const record = await store.get(partition, USAGE_KEY);
    return record && Usage.of(usagePayload.decode(record));
  } catch (error) {
    if (isKeyspaceError(error, 'value.corrupt') || isKeyspaceError(error, 'value.malformed'))
      return undefined;
    throw error;
  }
}

/** What there is but for the usage record, by the sizes of all entries. */
export async function countUsage(store: Reader, partition: Uint8Array): Promise<Usage> {
  const usage = new Usage();
  for await (const { key, valueBytes } of store.scanSizes(partition, WHOLE_PARTITION)) {
    if (!equalBytes(key, USAGE_KEY)) usage.count(key, valueBytes, 1);
  }
  return usage;
}
