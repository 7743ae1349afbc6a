import type { ActorAccess, ActorWrites } from '../actor/index.js';
import { copyBytes, equalBytes } from '../bytes/index.js';
import { KeyspaceError } from '../errors.js';
import { blobChunk, blobDescriptor } from '../layout/index.js';
import { type BlobDescriptorRecord, blobDescriptorPayload } from '../values/index.js';
import { digestText, Hasher } from './digest.js';

/**
 * Bytes of every chunk but the last. With the store's checksum of 4 bytes it fills sixteen 4 KiB pages of LMDB
 * exactly (16 × 4,096 − 24 − 4); one byte more would take a seventeenth.
 */
export const CHUNK_BYTES = 65_508;

/** How many chunks are read at once. */
const READ_CHUNKS = 16;

/** What one commit takes of a blob that is written over several: little enough for every store. */
export const COMMIT_BYTES = 16 * CHUNK_BYTES;

export function chunkCount(byteCount: number, chunkBytes = CHUNK_BYTES): number {
  return Math.ceil(byteCount / chunkBytes);
}

/** @throws {KeyspaceError} `value.malformed`, `value.version_unsupported`. */
export async function readDescriptor(
  access: ActorAccess,
  digest: Uint8Array,
): Promise<BlobDescriptorRecord | undefined> {
  const bytes = await access.get(blobDescriptor.encode({ digest }));
  return bytes && blobDescriptorPayload.decode(bytes);
}

/** Sets the chunks of `bytes` from `firstIndex` on, whose every chunk but the last must be whole. */
export function setChunks(
  writes: ActorWrites,
  digest: Uint8Array,
  firstIndex: number,
  bytes: Uint8Array,
): void {
  for (let begin = 0, chunkIndex = firstIndex; begin < bytes.length; begin += CHUNK_BYTES, chunkIndex++) {
    const chunk = copyBytes(bytes.subarray(begin, begin + CHUNK_BYTES));
    writes.set(blobChunk.encode({ digest, chunkIndex }), chunk);
  }
}

/** Says that the blob is there as a whole, and removes what of an earlier one lies behind its end. */
export function setDescriptor(
  writes: ActorWrites,
  digest: Uint8Array,
  byteCount: number,
  storedAtMs: number,
): void {
  const record = { byteCount, chunkBytes: CHUNK_BYTES, storedAtMs };
  const behind = blobChunk.encode({ digest, chunkIndex: chunkCount(byteCount) });
  writes.clearRange({ begin: behind, end: blobChunk.range({ digest }).end });
  writes.set(blobDescriptor.encode({ digest }), blobDescriptorPayload.encode(record));
}

/**
 * The chunks that hold the bytes from `begin` to `end`, cut to them. Each array belongs to the caller.
 *
 * @throws {KeyspaceError} `blob.corrupt` if a chunk is missing or has another length than it should.
 */
export async function* readChunks(
  access: ActorAccess,
  digest: Uint8Array,
  { byteCount, chunkBytes }: BlobDescriptorRecord,
  begin = 0,
  end = byteCount,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (chunkBytes < 1) throw corrupt(digest, 'its chunks have no bytes');
  const lastIndex = chunkCount(end, chunkBytes);
  for (let index = Math.floor(begin / chunkBytes); index < lastIndex; index += READ_CHUNKS) {
    const count = Math.min(READ_CHUNKS, lastIndex - index);
    const keys = Array.from({ length: count }, (_, at) =>
      blobChunk.encode({ digest, chunkIndex: index + at }),
    );
    for (const [at, chunk] of (await access.getMany(keys)).entries()) {
      const startsAt = (index + at) * chunkBytes;
      const wanted = Math.min(chunkBytes, byteCount - startsAt);
      if (chunk === undefined) throw corrupt(digest, `chunk ${index + at} is missing`);
      if (chunk.length !== wanted) {
        throw corrupt(digest, `chunk ${index + at} has ${chunk.length} bytes instead of ${wanted}`);
      }
      const from = Math.max(0, begin - startsAt);
      const to = Math.min(wanted, end - startsAt);
      yield from === 0 && to === wanted ? chunk : chunk.slice(from, to);
    }
  }
}

/**
 * All bytes of a blob, the last of them only once the digest is found to be that of the whole.
 *
 * @throws {KeyspaceError} `blob.corrupt`.
 */
export async function* readVerified(
  access: ActorAccess,
  digest: Uint8Array,
  descriptor: BlobDescriptorRecord,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hasher = new Hasher();
  let held: Uint8Array | undefined;
  for await (const chunk of readChunks(access, digest, descriptor)) {
    hasher.update(chunk);
    if (held !== undefined) yield held;
    held = chunk;
  }
  if (!equalBytes(hasher.digest(), digest)) throw corrupt(digest, 'its bytes have another digest');
  if (held !== undefined) yield held;
}

/** All bytes in one new array. */
export async function collectChunks(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let byteCount = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    byteCount += chunk.length;
  }
  const bytes = new Uint8Array(byteCount);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** Whether exactly these bytes are stored, with a descriptor that says so. Reads no further than the first difference. */
export async function isStored(
  access: ActorAccess,
  digest: Uint8Array,
  byteCount: number,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<boolean> {
  try {
    const descriptor = await readDescriptor(access, digest);
    // Chunks of another size are another version's: written anew, they are compared the next time.
    if (descriptor?.byteCount !== byteCount || descriptor.chunkBytes !== CHUNK_BYTES) return false;
    const stored = readChunks(access, digest, descriptor);
    for await (const chunk of content) {
      const found = await stored.next();
      if (found.done || !equalBytes(found.value, chunk)) return false;
    }
    return true;
  } catch (error) {
    if (isDamage(error)) return false;
    throw error;
  }
}

/** Whether what is stored is wrong, rather than that it could not be read. */
export function isDamage(error: unknown): error is KeyspaceError {
  if (!(error instanceof KeyspaceError)) return false;
  return ['blob.corrupt', 'value.corrupt', 'value.malformed'].includes(error.code);
}

export function corrupt(digest: Uint8Array, reason: string): KeyspaceError<'blob.corrupt'> {
  const text = digestText(digest);
  return new KeyspaceError('blob.corrupt', `blob ${text.slice(0, 16)}… is damaged: ${reason}`, {
    digest: text,
    reason,
  });
}

export function missing(digest: Uint8Array): KeyspaceError<'blob.missing'> {
  const text = digestText(digest);
  return new KeyspaceError('blob.missing', `blob ${text.slice(0, 16)}… is not stored`, { digest: text });
}
