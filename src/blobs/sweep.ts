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

/** One batch, in one commit. Expired is expired before it too: this only gives the room back. */
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
  return access.transaction(async (transaction) => {
    const due = await dueReferences(transaction, nowMs, limit);
    for (const { digest, holder, expiresAtMs } of due) {
      const key = blobReference.encode({ digest, holder });
      const record = await readReference(transaction, key);
      await transaction.write((writes) => {
        writes.delete(blobExpiry.encode({ expiresAtMs, digest, holder }));
        // Otherwise it has another time by now, and an entry for that.
        if (record?.expiresAtMs === expiresAtMs) writes.delete(key);
      });
      await retireUnlessHeld(transaction, digest);
    }
    let givenUp = 0;
    for await (const { uploadId, expiresAtMs } of uploads(transaction)) {
      if (expiresAtMs > nowMs) continue;
      await removeUpload(transaction, uploadId);
      givenUp++;
    }
    return { expired: due.length, uploads: givenUp, hasMore: due.length === limit };
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
