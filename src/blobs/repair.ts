import type { ActorAccess, WriteOptions } from '../actor/index.js';
import { equalBytes } from '../bytes/index.js';
import { KeyspaceError } from '../errors.js';
import { collectChunks } from './chunks.js';
import { digestText, hashBytes } from './digest.js';
import { storeBytes } from './put.js';
import { retireUnlessHeld } from './references.js';
import { asWhole, type BlobSource, inParts } from './source.js';

/** Stores the bytes that have this digest, and touches no reference. Holds all of them in memory. */
export async function repairBlob(
  access: ActorAccess,
  digest: Uint8Array,
  source: BlobSource,
  options?: WriteOptions,
): Promise<void> {
  const bytes =
    asWhole(source) ?? (await collectChunks(inParts(source as Exclude<BlobSource, string | Uint8Array>)));
  const actual = await hashBytes(bytes);
  if (!equalBytes(actual, digest)) {
    const details = { expected: digestText(digest), actual: digestText(actual) };
    throw new KeyspaceError('blob.digest_mismatch', 'these are not the bytes of that blob', details);
  }
  await access.transaction(async (transaction) => {
    await storeBytes(transaction, digest, bytes);
    await retireUnlessHeld(transaction, digest);
  }, options);
}
