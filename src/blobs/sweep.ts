import type { ActorAccess } from '../actor/index.js';
import { blobExpiry, blobReference } from '../layout/index.js';
import { assertTime, readReference, retireUnlessHeld } from './references.js';
import { removeUpload, uploads } from './upload.js';

export interface SweepOptions {
  /** References to end at most. Default 1,000. */
  readonly limit?: number | undefined;
  /** Counts what a sweep would do, and writes nothing. */
  readonly dryRun?: boolean | undefined;
}

export interface SweepResult {
  /** References that ended. */
  readonly expired: number;
  /** Uploads that were given up. */
  readonly uploads: number;
  /** Whether there may be more that ended. */
  readonly hasMore: boolean;
}

/** Of how many one commit disposes: what a transaction reads costs more the more it has written. */
const COMMIT_REFERENCES = 64;

/** Expired is expired before it too: this only gives the room back. */
export async function sweepBlobs(
  access: ActorAccess,
  { limit = 1_000, dryRun = false }: SweepOptions = {},
): Promise<SweepResult> {
  assertTime(limit, 1, 'limit');
  const nowMs = access.clock.nowMs();
  if (dryRun) {
    const { length } = await dueReferences(access, nowMs, limit);
    let givenUp = 0;
    for await (const { expiresAtMs } of uploads(access)) if (expiresAtMs <= nowMs) givenUp++;
    return { expired: length, uploads: givenUp, hasMore: length === limit };
  }
  let expired = 0;
  for (let hasMore = true; hasMore && expired < limit; ) {
    const count = Math.min(COMMIT_REFERENCES, limit - expired);
    const ended = await access.transaction((transaction) => endReferences(transaction, nowMs, count));
    expired += ended;
    hasMore = ended === count;
  }
  return { expired, uploads: await removeGivenUp(access, nowMs), hasMore: expired === limit };
}

async function endReferences(access: ActorAccess, nowMs: number, limit: number): Promise<number> {
  const due = await dueReferences(access, nowMs, limit);
  for (const { digest, holder, expiresAtMs } of due) {
    const key = blobReference.encode({ digest, holder });
    const record = await readReference(access, key);
    await access.write((writes) => {
      writes.delete(blobExpiry.encode({ expiresAtMs, digest, holder }));
      // Otherwise it has another time by now, and an entry for that.
      if (record?.expiresAtMs === expiresAtMs) writes.delete(key);
    });
    await retireUnlessHeld(access, digest);
  }
  return due.length;
}

async function removeGivenUp(access: ActorAccess, nowMs: number): Promise<number> {
  return access.transaction(async (transaction) => {
    let givenUp = 0;
    for await (const { uploadId, expiresAtMs } of uploads(transaction)) {
      if (expiresAtMs > nowMs) continue;
      await removeUpload(transaction, uploadId);
      givenUp++;
    }
    return givenUp;
  });
}

async function dueReferences(access: ActorAccess, nowMs: number, limit: number) {
  const { begin } = blobExpiry.range();
  const end = blobExpiry.range({ expiresAtMs: Math.max(0, Math.floor(nowMs)) }).end;
  const due = [];
  if (nowMs < 0) return [];
  for await (const { key } of access.scanSizes({ begin, end }, { limit })) due.push(blobExpiry.decode(key));
  return due;
}
