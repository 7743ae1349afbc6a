import type { ActorAccess, WriteOptions } from '../actor/index.js';
import { copyBytes } from '../bytes/index.js';
import { blobRetirement } from '../layout/index.js';
import { CHUNK_BYTES, COMMIT_BYTES, isStored, setChunks, setDescriptor } from './chunks.js';
import { Hasher, hashBytes } from './digest.js';
import { addReference, retireUnlessHeld } from './references.js';
import { asWhole, type BlobSource, inParts } from './source.js';
import { Upload } from './upload.js';

/** What a put does beside storing bytes. */
export interface PutPlan {
  /** Who holds the blob from the commit on that completes it; nobody: it retires at once. */
  readonly holder: string | undefined;
  readonly expiresAtMs: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onBytes: ((bytes: number) => void) | undefined;
  readonly options: WriteOptions | undefined;
}

export interface StoredBytes {
  readonly digest: Uint8Array;
  readonly byteCount: number;
}

/** Stores a blob: in one commit if it fits, otherwise over several, of which the last makes it one. */
export async function putBlob(access: ActorAccess, source: BlobSource, plan: PutPlan): Promise<StoredBytes> {
  plan.signal?.throwIfAborted();
  const whole = asWhole(source);
  if (whole !== undefined) return putBytes(access, whole, plan);
  const parts = inParts(source as Exclude<BlobSource, string | Uint8Array>);
  try {
    const first = await parts.next();
    if (first.done) return await putBytes(access, new Uint8Array(0), plan);
    // A shorter part is the last.
    if (first.value.length < COMMIT_BYTES) return await putBytes(access, first.value, plan);
    return await putParts(access, first.value, parts, plan);
  } finally {
    await parts.return();
  }
}

async function putBytes(access: ActorAccess, given: Uint8Array, plan: PutPlan): Promise<StoredBytes> {
  // Whoever gave them may change them while this waits for its turn.
  const bytes = given.length <= COMMIT_BYTES ? copyBytes(given) : given;
  const digest = await hashBytes(bytes);
  const stored = { digest, byteCount: bytes.length };
  if (bytes.length <= COMMIT_BYTES) {
    await access.transaction(async (transaction) => {
      await storeBytes(transaction, digest, bytes);
      await hold(transaction, digest, plan);
    }, plan.options);
    plan.onBytes?.(bytes.length);
    return stored;
  }
  const upload = new Upload(access, digest);
  return completing(access, upload, stored, plan, async () => {
    // The record first, so that what is found there now is not collected meanwhile.
    await upload.put(0, new Uint8Array(0));
    if (await isStored(access, digest, bytes.length, slices(bytes))) return;
    for (let begin = 0; begin < bytes.length; begin += COMMIT_BYTES) {
      plan.signal?.throwIfAborted();
      await upload.put(begin / CHUNK_BYTES, bytes.subarray(begin, begin + COMMIT_BYTES));
      plan.onBytes?.(Math.min(bytes.length, begin + COMMIT_BYTES));
    }
  });
}

async function putParts(
  access: ActorAccess,
  first: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
  plan: PutPlan,
): Promise<StoredBytes> {
  const upload = new Upload(access);
  const hasher = new Hasher();
  const stored: { digest: Uint8Array; byteCount: number } = { digest: new Uint8Array(0), byteCount: 0 };
  const stage = async (part: Uint8Array) => {
    plan.signal?.throwIfAborted();
    hasher.update(part);
    await upload.stage(stored.byteCount / CHUNK_BYTES, part);
    stored.byteCount += part.length;
    plan.onBytes?.(stored.byteCount);
  };
  return completing(access, upload, stored, plan, async () => {
    await stage(first);
    for await (const part of rest) await stage(part);
    stored.digest = hasher.digest();
    await upload.settle(stored.digest, stored.byteCount, () => plan.signal?.throwIfAborted());
  });
}

/** Runs the upload, then makes it a blob; what fails leaves nothing staged, if the actor can still be written. */
async function completing(
  access: ActorAccess,
  upload: Upload,
  stored: StoredBytes,
  plan: PutPlan,
  run: () => Promise<void>,
): Promise<StoredBytes> {
  try {
    await run();
    plan.signal?.throwIfAborted();
    await access.transaction(async (transaction) => {
      const nowMs = Math.max(0, access.clock.nowMs());
      await transaction.write((writes) => setDescriptor(writes, stored.digest, stored.byteCount, nowMs));
      await upload.end(transaction);
      await hold(transaction, stored.digest, plan);
    }, plan.options);
    return stored;
  } catch (error) {
    // Otherwise its record lets the sweeper and the collector do so later.
    await upload.giveUp().catch(() => {});
    throw error;
  }
}

/** Stores bytes in a transaction, unless exactly they are stored: what is damaged is written anew. */
export async function storeBytes(access: ActorAccess, digest: Uint8Array, bytes: Uint8Array): Promise<void> {
  if (await isStored(access, digest, bytes.length, slices(bytes))) return;
  const nowMs = Math.max(0, access.clock.nowMs());
  await access.write((writes) => {
    setDescriptor(writes, digest, bytes.length, nowMs);
    setChunks(writes, digest, 0, bytes);
  });
}

/** In a transaction: an earlier retirement is over, one without a holder begins now. */
async function hold(
  access: ActorAccess,
  digest: Uint8Array,
  { holder, expiresAtMs }: PutPlan,
): Promise<void> {
  if (holder !== undefined) return addReference(access, digest, holder, expiresAtMs);
  await retireAnew(access, digest);
}

async function retireAnew(access: ActorAccess, digest: Uint8Array): Promise<void> {
  await access.write((writes) => writes.delete(blobRetirement.encode({ digest })));
  await retireUnlessHeld(access, digest);
}

function* slices(bytes: Uint8Array): Generator<Uint8Array, void, undefined> {
  for (let begin = 0; begin < bytes.length; begin += CHUNK_BYTES) {
    yield bytes.subarray(begin, begin + CHUNK_BYTES);
  }
}
