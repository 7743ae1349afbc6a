import type { ActorAccess } from '../actor/index.js';
import { equalBytes } from '../bytes/index.js';
import { collectChunks, corrupt, missing, readDescriptor, readVerified } from './chunks.js';
import { hashBytes } from './digest.js';
import { storeBytes } from './put.js';
import { addReference, removeReference } from './references.js';

/** Where the bytes of a value are: beside what else is stored of it, or in a blob. */
export type Content =
  | { readonly kind: 'inline'; readonly bytes: Uint8Array }
  | { readonly kind: 'blob'; readonly digest: Uint8Array; readonly byteCount: number };

export interface OverflowOptions {
  /** What kind of holder, a colon and its name; the kind must be that of a source in `BlobHolders`. */
  readonly holder: string;
  /** Bytes that are kept inline at most. */
  readonly inlineBytesMax: number;
}

/**
 * Stores the bytes of a value: what is larger than it may be inline goes into a blob, held by the value. Call it in
 * the transaction that writes the value, with what the value was before: that blob is let go of.
 *
 * @returns What to write into the value's record.
 * @throws {KeyspaceError} As `ActorAccess`.
 */
export async function storeContent(
  access: ActorAccess,
  before: Content | undefined,
  bytes: Uint8Array,
  { holder, inlineBytesMax }: OverflowOptions,
): Promise<Content> {
  const isInline = bytes.length <= inlineBytesMax;
  const digest = isInline ? undefined : await hashBytes(bytes);
  if (digest !== undefined) {
    await storeBytes(access, digest, bytes);
    await addReference(access, digest, holder, undefined);
  }
  if (before?.kind === 'blob' && (digest === undefined || !equalBytes(before.digest, digest))) {
    await removeReference(access, before.digest, holder);
  }
  return digest === undefined ? { kind: 'inline', bytes } : { kind: 'blob', digest, byteCount: bytes.length };
}

/** Lets go of a value's blob, in the transaction that removes the value. */
export async function releaseContent(
  access: ActorAccess,
  content: Content | undefined,
  holder: string,
): Promise<void> {
  if (content?.kind === 'blob') await removeReference(access, content.digest, holder);
}

/**
 * The bytes of a value, a new array unless they are inline.
 *
 * @throws {KeyspaceError} `blob.missing`, `blob.corrupt`, also if the blob is of another length than the value says.
 */
export async function readContent(access: ActorAccess, content: Content): Promise<Uint8Array> {
  if (content.kind === 'inline') return content.bytes;
  const { digest, byteCount } = content;
  const descriptor = await readDescriptor(access, digest);
  if (descriptor === undefined) throw missing(digest);
  if (descriptor.byteCount !== byteCount) throw corrupt(digest, 'it has another length than its holder says');
  return collectChunks(readVerified(access, digest, descriptor));
}
