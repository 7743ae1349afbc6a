import { concatBytes } from '../bytes/index.js';
import { encodeActorPartition, LAYOUT_VERSION_CURRENT, type Layout } from '../layout/index.js';
import type { Fence, Store } from '../store/index.js';
import { CommittedGround } from './committed-ground.js';
import { assertOpenable, findLayout, layoutHeader } from './layout-header.js';
import { CommitPipeline } from './pipeline.js';
import { type ActorAccess, Scope } from './scope.js';

export interface OpenActorOptions {
  /** Reads what is durable, claims nothing, writes nothing. Default false. */
  readonly readOnly?: boolean | undefined;
  /** How long a write may wait for an open transaction, in milliseconds. Default 10,000. */
  readonly transactionWaitMsMax?: number | undefined;
}

/** An open actor, as the keyspace hands it to subsystems. */
export interface ActorHandle {
  readonly actorId: string;
  readonly readOnly: boolean;
  /** Which claim of the actor this is; `undefined` if read-only. */
  readonly epoch: number | undefined;
  /** The layout of the keys it reads and writes; `undefined` if read-only and no key told. */
  readonly layout: Layout | undefined;
  readonly access: ActorAccess;
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
 * @param store The keyspace's view of its store, below `root`.
 * @throws {TypeError} If the id is not a string, or `readOnly` not a boolean.
 * @throws {RangeError} If an option is out of range.
 * @throws {KeyspaceError} `actor.id_invalid`, `layout.unsupported`, `layout.migration_required`,
 * `layout.mixed`, or what the store throws.
 */
export async function openActorHandle(
  store: Store,
  root: Uint8Array,
  actorId: string,
  options: OpenActorOptions = {},
): Promise<ActorHandle> {
  const { readOnly = false, transactionWaitMsMax = 10_000 } = options;
  // A truthy mistake would silently claim nothing and write nothing.
  if (typeof readOnly !== 'boolean') throw new TypeError('readOnly must be a boolean');
  assertTimer(transactionWaitMsMax);
  const partition = encodeActorPartition(actorId);
  // Before the claim, so that a library too old for the actor does not take it from its owner.
  const found = await findLayout(store, partition);
  assertOpenable(found, readOnly);
  const fence = readOnly ? undefined : await store.claim(partition);
  const ground = fence === undefined ? new CommittedGround() : await pipelineOf(store, fence);
  const storePartition = concatBytes(root, partition);
  const scope = new Scope({ store, partition, storePartition, readOnly, transactionWaitMsMax }, ground);
  return {
    actorId,
    readOnly,
    epoch: fence?.epoch,
    layout: readOnly ? (found.layout as Layout | undefined) : LAYOUT_VERSION_CURRENT,
    access: scope,
    durable: () => ground.durable(),
    close: () => scope.whenIdle(() => ground.close()),
  };
}

async function pipelineOf(store: Store, fence: Fence): Promise<CommitPipeline> {
  // Again, since the previous owner may have changed it until now.
  const found = await findLayout(store, fence.partition);
  assertOpenable(found, false);
  return new CommitPipeline(store, fence, found.hasHeader ? undefined : layoutHeader(store.limits));
}

function assertTimer(transactionWaitMsMax: number): void {
  // A longer delay makes setTimeout fire at once.
  const largest = 2 ** 31 - 1;
  if (!Number.isInteger(transactionWaitMsMax) || transactionWaitMsMax < 1 || transactionWaitMsMax > largest) {
    throw new RangeError(
      `transactionWaitMsMax must be a whole number from 1 to ${largest}, not ${transactionWaitMsMax}`,
    );
  }
}
