import type { ActorAccess } from '../actor/index.js';
import { isKeyspaceError } from '../errors.js';
import {
  blobChunk,
  blobDescriptor,
  blobExpiry,
  blobPass,
  blobReference,
  blobRetirement,
} from '../layout/index.js';
import {
  type BlobPassRecord,
  type BlobReferenceRecord,
  blobPassPayload,
  blobRetirementPayload,
} from '../values/index.js';
import { type Census, takeCensus } from './census.js';
import { isDamage } from './chunks.js';
import { digestText } from './digest.js';
import type { BlobHolders } from './holders.js';
import { type Marks, mark, type RefusalReason } from './mark.js';
import { assertTime, isReferenced, referencesOf } from './references.js';
import { isUnderWay, UPLOAD_MS } from './upload.js';

/** By how much the clocks of processes may differ. */
const CLOCK_SKEW_MS = 60_000;

/** At least as long as an upload may rest, and clocks may differ. */
export const GRACE_MS_MIN = UPLOAD_MS + CLOCK_SKEW_MS;

const GRACE_MS = 24 * 3_600_000;

/** How many blobs one transaction looks at again, and deletes. */
const BATCH_BLOBS = 32;

/** How many passes are remembered. */
const PASSES_KEPT = 16;

export interface CollectOptions {
  /** For how long nothing must have held a blob. From 3,660,000; default 86,400,000, a day. */
  readonly graceMs?: number | undefined;
  /** Plans the pass and writes nothing. */
  readonly dryRun?: boolean | undefined;
  /** Whether it is right that there are blobs and nothing holds any. Otherwise such a pass deletes nothing. */
  readonly allowNoRoots?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told of each batch. */
  readonly onProgress?: ((counts: CollectCounts) => void) | undefined;
  /** Told of every blob that nothing holds, in order of their digests, and what becomes of it. */
  readonly onBlob?: ((blob: UnheldBlob) => void) | undefined;
}

export interface UnheldBlob {
  readonly digest: string;
  readonly storedBytes: number;
  /**
   * `condemned`: it is deleted. `grace`: it is kept for now. `stamped`: it has no time of retirement and gets one.
   */
  readonly fate: 'condemned' | 'grace' | 'stamped';
  /** Whether there is no descriptor: chunks of a put that did not end. */
  readonly isPartial: boolean;
}

/** In blobs unless in bytes. */
export type CollectCounts = Omit<BlobPassRecord, 'endedAtMs'>;

export type CollectResult =
  | { readonly ran: false; readonly reason: RefusalReason; readonly detail: string }
  | ({
      readonly ran: true;
      readonly dryRun: boolean;
      /** Blobs to be deleted by plan, and their bytes. */
      readonly condemned: number;
      readonly condemnedBytes: number;
    } & CollectCounts);

export interface PassSummary extends CollectCounts {
  readonly passId: string;
  readonly startedAtMs: number;
  /** Absent while it is under way, or if its process died. */
  readonly endedAtMs?: number;
}

type Draft = { -readonly [Name in keyof CollectCounts]: CollectCounts[Name] } & {
  condemned: number;
  condemnedBytes: number;
};

export async function collectBlobs(
  access: ActorAccess,
  holders: BlobHolders,
  options: CollectOptions,
): Promise<CollectResult> {
  const { graceMs = GRACE_MS, dryRun = false, allowNoRoots = false, signal, onProgress, onBlob } = options;
  assertTime(graceMs, GRACE_MS_MIN, 'graceMs');
  signal?.throwIfAborted();
  const marks = await mark(access, holders, allowNoRoots);
  if ('reason' in marks) return { ran: false, ...marks };
  const startedAtMs = Math.max(0, access.clock.nowMs());
  const counts = newCounts();
  const pass = dryRun ? undefined : await beginPass(access, startedAtMs);
  const batch: Census[] = [];
  const flush = async () => {
    if (!dryRun) await settle(access, batch, marks, graceMs, counts);
    batch.length = 0;
    onProgress?.(publicCounts(counts));
    signal?.throwIfAborted();
  };
  for await (const census of takeCensus(access, startedAtMs)) {
    const fate = await fateOf(access, census, marks, graceMs, counts);
    if (fate === undefined) continue;
    const { digest, storedBytes, hasDescriptor } = census;
    onBlob?.({ digest: digestText(digest), storedBytes, fate, isPartial: !hasDescriptor });
    if (fate === 'grace') continue;
    batch.push(census);
    if (batch.length === BATCH_BLOBS) await flush();
  }
  await flush();
  await pass?.end(publicCounts(counts));
  return { ran: true, dryRun, ...counts };
}

/** What becomes of a blob by plan; `undefined`: it is held, or there is nothing of it. */
async function fateOf(
  access: ActorAccess,
  { digest, hasDescriptor, chunkCount, storedBytes, holders, hasRetirement }: Census,
  { digests }: Marks,
  graceMs: number,
  counts: Draft,
): Promise<UnheldBlob['fate'] | undefined> {
  const isStored = hasDescriptor || chunkCount > 0;
  // A lease may be of what is not there yet.
  if (!isStored && !hasRetirement) return undefined;
  counts.scanned++;
  if (holders.length > 0 || digests.has(digestText(digest))) {
    counts.held++;
    return undefined;
  }
  const retiredAtMs = hasRetirement ? await readRetirement(access, digest) : undefined;
  if (retiredAtMs === undefined) {
    counts.stamped++;
    return 'stamped';
  }
  if (!isOver(retiredAtMs, graceMs, access.clock.nowMs())) {
    counts.withinGrace++;
    return 'grace';
  }
  counts.condemned++;
  counts.condemnedBytes += storedBytes;
  return 'condemned';
}

/** Looks again at each blob of a batch, in the transaction that stamps or deletes it. */
async function settle(
  access: ActorAccess,
  batch: readonly Census[],
  marks: Marks,
  graceMs: number,
  counts: Draft,
): Promise<void> {
  if (batch.length === 0) return;
  const outcome = await access.transaction(async (transaction) => {
    const done = { deleted: 0, deletedBytes: 0, spared: 0, failed: 0 };
    for (const census of batch) {
      try {
        const isDeleted = await settleOne(transaction, census.digest, marks, graceMs);
        if (isDeleted === undefined) continue;
        if (isDeleted) {
          done.deleted++;
          done.deletedBytes += census.storedBytes;
        } else done.spared++;
      } catch (error) {
        // Nothing of this one was written: its writes come last and at once. The others go on.
        if (!isDamage(error)) throw error;
        done.failed++;
      }
    }
    return done;
  });
  counts.deleted += outcome.deleted;
  counts.deletedBytes += outcome.deletedBytes;
  counts.spared += outcome.spared;
  counts.failed += outcome.failed;
}

/** @returns Whether it was deleted; `undefined` if it was stamped. */
async function settleOne(
  access: ActorAccess,
  digest: Uint8Array,
  { digests }: Marks,
  graceMs: number,
): Promise<boolean | undefined> {
  const nowMs = Math.max(0, access.clock.nowMs());
  const isHeld =
    digests.has(digestText(digest)) ||
    (await isReferenced(access, digest, nowMs)) ||
    (await isUnderWay(access, digest, nowMs));
  if (isHeld) return false;
  const retiredAtMs = await readRetirement(access, digest);
  if (retiredAtMs === undefined) {
    const stamp = blobRetirementPayload.encode({ retiredAtMs: nowMs });
    await access.write((writes) => writes.set(blobRetirement.encode({ digest }), stamp));
    return undefined;
  }
  if (!isOver(retiredAtMs, graceMs, nowMs)) return false;
  const ended: { holder: string; record: BlobReferenceRecord }[] = [];
  for await (const reference of referencesOf(access, digest)) ended.push(reference);
  await access.write((writes) => {
    for (const { holder, record } of ended) {
      const { expiresAtMs } = record;
      writes.delete(blobReference.encode({ digest, holder }));
      if (expiresAtMs !== undefined) writes.delete(blobExpiry.encode({ expiresAtMs, digest, holder }));
    }
    writes.delete(blobDescriptor.encode({ digest }));
    writes.clearRange(blobChunk.range({ digest }));
    writes.delete(blobRetirement.encode({ digest }));
  });
  return true;
}

/** The time is that of the stamp; one that cannot be read is as none, so that the blob gets another. */
async function readRetirement(access: ActorAccess, digest: Uint8Array): Promise<number | undefined> {
  try {
    const bytes = await access.get(blobRetirement.encode({ digest }));
    return bytes && blobRetirementPayload.decode(bytes).retiredAtMs;
  } catch (error) {
    if (isDamage(error) || isKeyspaceError(error, 'value.version_unsupported')) return undefined;
    throw error;
  }
}

function isOver(retiredAtMs: number, graceMs: number, nowMs: number): boolean {
  return nowMs - retiredAtMs >= graceMs;
}

async function beginPass(access: ActorAccess, startedAtMs: number) {
  const key = blobPass.encode({ startedAtMs, passId: access.ids.newId() });
  const earlier: Uint8Array[] = [];
  for await (const entry of access.scanSizes(blobPass.range())) earlier.push(entry.key);
  await access.write((writes) => {
    for (const old of earlier.slice(0, Math.max(0, earlier.length - PASSES_KEPT + 1))) writes.delete(old);
    writes.set(key, blobPassPayload.encode(publicCounts(newCounts())));
  });
  return {
    end: (counts: CollectCounts) => {
      const endedAtMs = Math.max(0, access.clock.nowMs());
      return access.write((writes) => writes.set(key, blobPassPayload.encode({ endedAtMs, ...counts })));
    },
  };
}

export async function readPasses(access: ActorAccess): Promise<PassSummary[]> {
  const passes: PassSummary[] = [];
  for await (const { key, value } of access.scan(blobPass.range())) {
    passes.push({ ...blobPass.decode(key), ...blobPassPayload.decode(value) });
  }
  return passes;
}

function newCounts(): Draft {
  return {
    scanned: 0,
    held: 0,
    stamped: 0,
    withinGrace: 0,
    deleted: 0,
    deletedBytes: 0,
    spared: 0,
    failed: 0,
    condemned: 0,
    condemnedBytes: 0,
  };
}

function publicCounts({ condemned: _count, condemnedBytes: _bytes, ...counts }: Draft): CollectCounts {
  return counts;
}
