import type { ActorAccess } from '../actor/index.js';
import { copyBytes, equalBytes } from '../bytes/index.js';
import { blobChunk, blobDescriptor, blobUpload, blobUploadChunk } from '../layout/index.js';
import { blobUploadPayload } from '../values/index.js';
import { CHUNK_BYTES, COMMIT_BYTES, chunkCount, isStored, setChunks } from './chunks.js';
import { digestText } from './digest.js';

/** For how long an upload that makes no progress is protected. */
export const UPLOAD_MS = 3_600_000;

// The commit that makes it a blob comes after these, and is durable only if they are.
const DEFERRED = { durability: 'deferred' } as const;

/**
 * Bytes that reach the store over several commits. Until the last one they are no blob: a record says which digest
 * is under way, so that the collector leaves its chunks alone, and until when, so that those of a process that died
 * are removed.
 */
export class Upload {
  readonly #access: ActorAccess;
  readonly #uploadId: string;
  #digest: Uint8Array | undefined;

  constructor(access: ActorAccess, digest?: Uint8Array) {
    this.#access = access;
    this.#uploadId = access.ids.newId();
    this.#digest = digest;
  }

  /** Stores a part of a blob whose digest is known, at its place. */
  async put(firstIndex: number, bytes: Uint8Array): Promise<void> {
    const digest = this.#digest as Uint8Array;
    await this.#access.write((writes) => {
      writes.set(this.#key, this.#record());
      setChunks(writes, digest, firstIndex, bytes);
    }, DEFERRED);
  }

  /** Stores a part of a blob whose digest will be known at its end. */
  async stage(firstIndex: number, bytes: Uint8Array): Promise<void> {
    const uploadId = this.#uploadId;
    await this.#access.write((writes) => {
      writes.set(this.#key, this.#record());
      for (let begin = 0, at = firstIndex; begin < bytes.length; begin += CHUNK_BYTES, at++) {
        const chunk = copyBytes(bytes.subarray(begin, begin + CHUNK_BYTES));
        writes.set(blobUploadChunk.encode({ uploadId, chunkIndex: at }), chunk);
      }
    }, DEFERRED);
  }

  /** Brings what was staged to its place, unless exactly that is there. */
  async settle(digest: Uint8Array, byteCount: number, onPart: () => void): Promise<void> {
    this.#digest = digest;
    await this.#access.write((writes) => writes.set(this.#key, this.#record()), DEFERRED);
    if (await isStored(this.#access, digest, byteCount, this.#staged(byteCount))) return;
    const perCommit = COMMIT_BYTES / CHUNK_BYTES;
    for (let index = 0; index < chunkCount(byteCount); index += perCommit) {
      onPart();
      const keys = this.#keys(index, Math.min(perCommit, chunkCount(byteCount) - index));
      const chunks = await this.#access.getMany(keys);
      await this.#access.write((writes) => {
        writes.set(this.#key, this.#record());
        for (const [at, chunk] of chunks.entries()) {
          // Nobody else removes them before the record says that they were given up.
          writes.set(blobChunk.encode({ digest, chunkIndex: index + at }), chunk as Uint8Array);
          writes.delete(keys[at] as Uint8Array);
        }
      }, DEFERRED);
    }
  }

  /** Removes the record, and what is staged, in the transaction that makes a blob of it. */
  async end(access: ActorAccess): Promise<void> {
    await removeUpload(access, this.#uploadId);
  }

  /** Removes what it has stored, unless that is a blob, or another upload's as well. */
  async giveUp(): Promise<void> {
    const digest = this.#digest;
    await this.#access.transaction(async (access) => {
      await removeUpload(access, this.#uploadId);
      if (digest === undefined || (await isUnderWay(access, digest, access.clock.nowMs()))) return;
      const [descriptor] = await access.getSizes([blobDescriptor.encode({ digest })]);
      if (descriptor === undefined)
        await access.write((writes) => writes.clearRange(blobChunk.range({ digest })));
    });
  }

  get #key(): Uint8Array {
    return blobUpload.encode({ uploadId: this.#uploadId });
  }

  #record(): Uint8Array {
    const expiresAtMs = Math.max(0, this.#access.clock.nowMs()) + UPLOAD_MS;
    return blobUploadPayload.encode({ expiresAtMs, ...(this.#digest && { digest: this.#digest }) });
  }

  #keys(firstIndex: number, count: number): Uint8Array[] {
    const uploadId = this.#uploadId;
    return Array.from({ length: count }, (_, at) =>
      blobUploadChunk.encode({ uploadId, chunkIndex: firstIndex + at }),
    );
  }

  async *#staged(byteCount: number): AsyncGenerator<Uint8Array, void, undefined> {
    const count = chunkCount(byteCount);
    for (let index = 0; index < count; index += 16) {
      const chunks = await this.#access.getMany(this.#keys(index, Math.min(16, count - index)));
      yield* chunks as Uint8Array[];
    }
  }
}

export async function removeUpload(access: ActorAccess, uploadId: string): Promise<void> {
  await access.write((writes) => {
    writes.delete(blobUpload.encode({ uploadId }));
    writes.clearRange(blobUploadChunk.range({ uploadId }));
  });
}

/** The uploads, given up or not. */
export async function* uploads(
  access: ActorAccess,
): AsyncGenerator<{ uploadId: string; expiresAtMs: number; digest?: Uint8Array }, void, undefined> {
  for await (const { key, value } of access.scan(blobUpload.range())) {
    yield { ...blobUpload.decode(key), ...blobUploadPayload.decode(value) };
  }
}

/** Digests, as text, of blobs that are under way. */
export async function digestsUnderWay(access: ActorAccess, nowMs: number): Promise<Set<string>> {
  const digests = new Set<string>();
  for await (const { digest, expiresAtMs } of uploads(access)) {
    if (digest !== undefined && expiresAtMs > nowMs) digests.add(digestText(digest));
  }
  return digests;
}

export async function isUnderWay(access: ActorAccess, digest: Uint8Array, nowMs: number): Promise<boolean> {
  for await (const upload of uploads(access)) {
    if (upload.digest && equalBytes(upload.digest, digest) && upload.expiresAtMs > nowMs) return true;
  }
  return false;
}
