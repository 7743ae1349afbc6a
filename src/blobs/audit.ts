import type { ActorAccess } from '../actor/index.js';
import { isKeyspaceError } from '../errors.js';
import { blobReference } from '../layout/index.js';
import { takeCensus } from './census.js';
import { chunkCount, isDamage, readDescriptor, readVerified } from './chunks.js';
import { digestText } from './digest.js';
import type { BlobHolders } from './holders.js';
import { mark, type Refusal } from './mark.js';
import { digestsUnderWay } from './upload.js';

/** One thing that does not fit together. */
export interface BlobProblem {
  /**
   * `bytes_without_descriptor`: chunks of a put that did not end; the collector removes them. `descriptor_without_bytes`:
   * chunks are missing or too long. `digest_differs`: the bytes are other ones. `reference_without_blob`: something
   * holds what is not there. `value_without_reference`: a value is kept in a blob that no reference of its holds.
   * `unreadable`: a record cannot be read.
   */
  readonly problem:
    | 'bytes_without_descriptor'
    | 'descriptor_without_bytes'
    | 'digest_differs'
    | 'reference_without_blob'
    | 'value_without_reference'
    | 'unreadable';
  readonly digest: string;
  readonly holder?: string;
}

export interface BlobAudit {
  readonly blobs: number;
  readonly storedBytes: number;
  /** Why the collector would not run, if it would not. */
  readonly refusal?: Refusal;
  readonly problems: readonly BlobProblem[];
}

export async function auditBlobs(
  access: ActorAccess,
  holders: BlobHolders,
  { verify = false }: { readonly verify?: boolean | undefined },
): Promise<BlobAudit> {
  const problems: BlobProblem[] = [];
  const marks = await mark(access, holders, true);
  if ('reason' in marks) return { blobs: 0, storedBytes: 0, refusal: marks, problems };
  const nowMs = access.clock.nowMs();
  const underWay = await digestsUnderWay(access, nowMs);
  let blobs = 0;
  let storedBytes = 0;
  for await (const census of takeCensus(access, nowMs)) {
    const digest = digestText(census.digest);
    storedBytes += census.storedBytes;
    if (census.hasDescriptor) {
      blobs++;
      const problem = await problemOf(access, census, verify);
      if (problem !== undefined) problems.push({ problem, digest });
    } else {
      if (census.chunkCount > 0 && !underWay.has(digest)) {
        problems.push({ problem: 'bytes_without_descriptor', digest });
      }
      for (const holder of census.holders) {
        if (!holder.startsWith('lease:'))
          problems.push({ problem: 'reference_without_blob', digest, holder });
      }
    }
  }
  for (const source of holders.sources) {
    for await (const { digest, holder } of source.blobs(access)) {
      const [size] = await access.getSizes([blobReference.encode({ digest, holder })]);
      if (size === undefined) {
        problems.push({ problem: 'value_without_reference', digest: digestText(digest), holder });
      }
    }
  }
  return { blobs, storedBytes, problems };
}

async function problemOf(
  access: ActorAccess,
  census: { digest: Uint8Array; chunkCount: number; chunkBytes: number },
  verify: boolean,
): Promise<BlobProblem['problem'] | undefined> {
  try {
    const descriptor = await readDescriptor(access, census.digest);
    // Deleted since it was listed.
    if (descriptor === undefined) return undefined;
    const { byteCount, chunkBytes } = descriptor;
    const isWhole = chunkBytes > 0 && census.chunkCount === chunkCount(byteCount, chunkBytes);
    if (!isWhole || census.chunkBytes !== byteCount) return 'descriptor_without_bytes';
    if (verify) for await (const _ of readVerified(access, census.digest, descriptor));
    return undefined;
  } catch (error) {
    if (isKeyspaceError(error, 'blob.corrupt') || isKeyspaceError(error, 'value.corrupt'))
      return 'digest_differs';
    if (isDamage(error) || isKeyspaceError(error, 'value.version_unsupported')) return 'unreadable';
    throw error;
  }
}
