import { concatBytes } from '../bytes/index.js';
import { type Clock, DELAY_MS_MAX, type IdSource } from '../clock.js';
import { encodeActorPartition, LAYOUT_VERSION_CURRENT, type Layout } from '../layout/index.js';
import type { Fence, Store } from '../store/index.js';
import type { UsageRecord } from '../values/index.js';
import { Books } from './books.js';
import { CommittedGround } from './committed-ground.js';
import { assertOpenable, findLayout } from './layout-header.js';
import { CommitPipeline } from './pipeline.js';
import { type ActorAccess, Scope } from './scope.js';
import { assertRecordsKnown, countUsage, readStoredRecords, readUsage } from './stored-records.js';

export interface OpenActorOptions {
  /** Reads what is durable, claims nothing, writes nothing. Default false. */
  readonly readOnly?: boolean | undefined;
  /** How long a write may wait for an open transaction, in milliseconds. Default 10,000. */
  readonly transactionWaitMsMax?: number | undefined;
  /**
   * What the actor may hold in all, in bytes of keys and values: a whole number of 0 or more, or `Infinity`.
   * Writes that make it grow beyond are `actor.quota_exceeded`; what only deletes never is. Default: the
   * keyspace's.
   */
  readonly quotaBytes?: number | undefined;
}

/** The keyspace that an actor is opened in. */
export interface ActorSurroundings {
  /** The keyspace's view of its store, below `root`. */
  readonly store: Store;
  readonly root: Uint8Array;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Where the actor's options give none. */
  readonly quotaBytes: number;
}

/** An open actor, as the keyspace hands it to subsystems. */
export interface ActorHandle {
  readonly actorId: string;
  readonly readOnly: boolean;
  /** Which claim of the actor this is; `undefined` if read-only. */
  readonly epoch: number | undefined;
  /** The layout of the keys it reads and writes; `undefined` if read-only and no key told. */
  readonly layout: Layout | undefined;
  readonly quotaBytes: number;
  readonly access: ActorAccess;
  /** How much there is of everything accepted; read-only, of everything durable. */
  usage(): Promise<UsageRecord>;
  /**
   * Resolves once everything accepted so far is durable.
   *
   * @throws {KeyspaceError} Why something accepted was lost.
   */
  durable(): Promise<void>;
  /**
   * Waits for open transactions and for what is accepted, then refuses further use. Idempotent.
   *
   * @throws {KeyspaceError} Why deferred writes were lost, unless `durable` has told it before;
   * `transaction.timeout` if a transaction stays open, and then the actor stays open too.
   */
  close(): Promise<void>;
}

/**
 * Opens one actor of a keyspace; unless read-only, claims it, which voids every other handle of it anywhere.
 *
 * @throws {TypeError} If the id is not a string, or `readOnly` not a boolean.
 * @throws {RangeError} If an option is out of range.
 * @throws {KeyspaceError} `actor.id_invalid`, `actor.incomplete`, `layout.unsupported`,
 * `layout.migration_required`, `layout.mixed`, `value.malformed` or `value.version_unsupported` of one of the
 * actor's own records, or what the store throws.
 */
export async function openActorHandle(
  surroundings: ActorSurroundings,
  actorId: string,
  options: OpenActorOptions = {},
): Promise<ActorHandle> {
  const { store, root, clock, ids } = surroundings;
  const { readOnly = false, transactionWaitMsMax = 10_000, quotaBytes = surroundings.quotaBytes } = options;
  // A truthy mistake would silently claim nothing and write nothing.
  if (typeof readOnly !== 'boolean') throw new TypeError('readOnly must be a boolean');
  assertTimer(transactionWaitMsMax);
  assertQuota(quotaBytes);
  const partition = encodeActorPartition(actorId);
  // Before the claim, so that a library too old for the actor does not take it from its owner.
  const found = await findLayout(store, partition);
  assertOpenable(found, readOnly);
  if (!readOnly) await assertRecordsKnown(store, partition);
  const fence = readOnly ? undefined : await store.claim(partition);
  const { ground, usage } =
    fence === undefined
      ? openReading(store, partition)
      : await openWriting(store, fence, actorId, quotaBytes);
  const storePartition = concatBytes(root, partition);
  const settings = { store, partition, storePartition, readOnly, transactionWaitMsMax, clock, ids };
  const scope = new Scope(settings, ground);
  return {
    actorId,
    readOnly,
    epoch: fence?.epoch,
    layout: readOnly ? (found.layout as Layout | undefined) : LAYOUT_VERSION_CURRENT,
    quotaBytes,
    access: scope,
    usage,
    durable: () => ground.durable(),
    close: () => scope.whenIdle(() => ground.close()),
  };
}

function openReading(store: Store, partition: Uint8Array) {
  const ground = new CommittedGround();
  const usage = async () => {
    ground.assertUsable();
    const snapshot = await store.snapshot();
    try {
      ground.guard.assert(await snapshot.get(partition, ground.guard.key));
      const recorded = await readUsage(snapshot, partition);
      return (recorded ?? (await countUsage(snapshot, partition))).toRecord();
    } finally {
      snapshot.close();
    }
  };
  return { ground, usage };
}

async function openWriting(store: Store, fence: Fence, actorId: string, quotaBytes: number) {
  // Again, since the previous owner may have changed it until now.
  const found = await findLayout(store, fence.partition);
  assertOpenable(found, false);
  const stored = await readStoredRecords(store, fence.partition, found);
  const books = new Books(actorId, quotaBytes, stored);
  const ground = new CommitPipeline(store, fence, books);
  const usage = async () => {
    ground.assertUsable();
    return books.usage.toRecord();
  };
  return { ground, usage };
}

function assertTimer(transactionWaitMsMax: number): void {
  const isTimer = Number.isInteger(transactionWaitMsMax) && transactionWaitMsMax >= 1;
  if (isTimer && transactionWaitMsMax <= DELAY_MS_MAX) return;
  throw new RangeError(
    `transactionWaitMsMax must be a whole number from 1 to ${DELAY_MS_MAX}, not ${transactionWaitMsMax}`,
  );
}

/** @throws {RangeError} If it is neither a whole number of 0 or more nor `Infinity`. */
export function assertQuota(quotaBytes: number): void {
  if (quotaBytes === Number.POSITIVE_INFINITY || (Number.isSafeInteger(quotaBytes) && quotaBytes >= 0))
    return;
  throw new RangeError(
    `quotaBytes must be a whole number of 0 or more, or Infinity, not ${String(quotaBytes)}`,
  );
}
