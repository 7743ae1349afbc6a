import type { ActorAccess } from '../actor/index.js';
import { toHex } from '../bytes/index.js';
import { isKeyspaceError } from '../errors.js';
import { blobDescriptor, blobReference } from '../layout/index.js';
import { blobReferencePayload } from '../values/index.js';
import { entriesInPages } from './census.js';
import { isDamage } from './chunks.js';
import { digestText } from './digest.js';
import type { BlobHolders } from './holders.js';
import { isLive } from './references.js';
import { readRoot, rootRecords } from './roots.js';
import { digestsUnderWay } from './upload.js';

/** Why a pass does not run. */
export type RefusalReason = 'busy' | 'unknown_key' | 'unknown_holder' | 'unreadable' | 'no_roots';

export interface Refusal {
  readonly reason: RefusalReason;
  readonly detail: string;
}

/** What is held, beside what references hold. Digests as text. */
export interface Marks {
  /** What is under way, and what values are kept in, and roots hold, whatever the references say. */
  readonly digests: ReadonlySet<string>;
}

/**
 * Reads everything that can hold a blob, before anything is deleted: what cannot be read or told might hold any.
 *
 * @param allowNoRoots Whether it is right that there are blobs and nothing holds any.
 */
export async function mark(
  access: ActorAccess,
  holders: BlobHolders,
  allowNoRoots: boolean,
): Promise<Marks | Refusal> {
  try {
    const unknown = await holders.unknownKey(access);
    if (unknown !== undefined) {
      return { reason: 'unknown_key', detail: `key ${toHex(unknown.subarray(0, 8))} is of no known kind` };
    }
    const nowMs = access.clock.nowMs();
    const digests = await digestsUnderWay(access, nowMs);
    for (const { blobs } of holders.sources) {
      for await (const { digest } of blobs(access)) digests.add(digestText(digest));
    }
    for await (const { rootName } of rootRecords(access)) {
      for (const digest of (await readRoot(access, rootName)) ?? []) digests.add(digestText(digest));
    }
    const references = await readReferences(access, holders, nowMs);
    if ('reason' in references) return references;
    const isHeld = references.hasLive || digests.size > 0;
    if (!isHeld && !allowNoRoots && (await hasBlobs(access))) {
      return { reason: 'no_roots', detail: 'there are blobs, and nothing that holds any' };
    }
    return { digests };
  } catch (error) {
    const isUnreadable = isDamage(error) || isKeyspaceError(error, 'value.version_unsupported');
    if (isUnreadable || isKeyspaceError(error, 'key.malformed')) {
      return { reason: 'unreadable', detail: (error as Error).message };
    }
    throw error;
  }
}

async function readReferences(
  access: ActorAccess,
  { kinds }: BlobHolders,
  nowMs: number,
): Promise<{ hasLive: boolean } | Refusal> {
  let hasLive = false;
  for await (const { key, value } of entriesInPages(access, blobReference.range())) {
    const { holder } = blobReference.decode(key);
    const kind = holder.slice(0, Math.max(0, holder.indexOf(':')));
    if (!kinds.includes(kind)) {
      return { reason: 'unknown_holder', detail: `a reference is not of the kinds ${kinds.join(', ')}` };
    }
    // Each is read, even once one is known to hold.
    const record = blobReferencePayload.decode(value);
    hasLive ||= isLive(record, nowMs);
  }
  return { hasLive };
}

async function hasBlobs(access: ActorAccess): Promise<boolean> {
  for await (const _ of access.scanSizes(blobDescriptor.range(), { limit: 1 })) return true;
  return false;
}
