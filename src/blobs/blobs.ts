import type { ActorAccess, WriteOptions } from '../actor/index.js';
import { blobDescriptor, blobReference, blobRetirement } from '../layout/index.js';
import { blobDescriptorPayload, blobRetirementPayload } from '../values/index.js';
import { auditBlobs, type BlobAudit } from './audit.js';
import { BlobRoots } from './blob-roots.js';
import {
  chunkCount,
  collectChunks,
  isDamage,
  missing,
  readChunks,
  readDescriptor,
  readVerified,
} from './chunks.js';
import {
  type CollectOptions,
  type CollectResult,
  collectBlobs,
  type PassSummary,
  readPasses,
} from './collect.js';
import { digestText, parseDigest } from './digest.js';
import type { BlobHolders } from './holders.js';
import { putBlob } from './put.js';
import {
  addReference,
  addReferenceToStored,
  assertTime,
  expiryOf,
  isLive,
  type Lifetime,
  readReference,
  referencesOf,
  removeReference,
} from './references.js';
import { repairBlob } from './repair.js';
import type { BlobSource } from './source.js';
import { type SweepOptions, type SweepResult, sweepBlobs } from './sweep.js';

/** A blob by the SHA-256 of its bytes: 64 lower-case hex digits. */
export interface BlobInfo {
  readonly digest: string;
  readonly byteCount: number;
}

export interface PutOptions extends Lifetime, WriteOptions {
  /** Who holds the blob; without one it is collected once the grace time is over, unless somebody then does. */
  readonly holder?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told how many bytes are taken in so far, part by part. */
  readonly onProgress?: ((progress: { readonly bytes: number }) => void) | undefined;
}

export interface ReadBlobOptions {
  /** First byte, from 0. Default 0. */
  readonly begin?: number | undefined;
  /** Byte after the last; beyond the end of the blob it means the end. Default the end. */
  readonly end?: number | undefined;
  /** Only if this holder holds the blob now. */
  readonly holder?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told how many bytes were handed over. */
  readonly onProgress?: ((progress: { readonly bytes: number }) => void) | undefined;
}

export interface BlobStat extends BlobInfo {
  readonly chunkCount: number;
  readonly storedAtMs: number;
  /** Since when nothing holds it, as far as that was noticed. */
  readonly retiredAtMs?: number;
  readonly references: readonly BlobReferenceInfo[];
}

/** A reference that holds now. */
export interface BlobReferenceInfo {
  /** What kind of holder, a colon and its name: `user:album`, `pin:`, `lease:…`, `root:release`, `field:avatar`. */
  readonly holder: string;
  /** Absent if it holds for good. */
  readonly expiresAtMs?: number;
}

/**
 * The actor's blobs: bytes of any length, stored once under their SHA-256, for as long as something holds them.
 * Nothing of one actor's blobs can be learned, or kept, from another's.
 *
 * Digests are 64 lower-case hex digits. A holder is any text; what one holds is nobody else's matter.
 *
 * @throws {TypeError | RangeError} If an argument is of another type or out of its range.
 * @throws {KeyspaceError} `blob.missing`, `blob.corrupt`, `value.malformed`, `value.version_unsupported`,
 * `key.too_large` for a holder's or a root's name, and as `ActorAccess`.
 */
export class ActorBlobs {
  readonly roots: BlobRoots;
  readonly #access: ActorAccess;
  readonly #holders: BlobHolders;
  #isCollecting = false;

  constructor(access: ActorAccess, holders: BlobHolders) {
    this.#access = access;
    this.#holders = holders;
    this.roots = new BlobRoots(access);
  }

  /**
   * Stores a blob. Up to 1,048,128 bytes it is one commit; more goes over several, with the blob there and held
   * from the last one on, in memory of a few parts. Bytes given as a whole must not change until it is done. What is
   * stored already is compared, and written anew if it differs.
   *
   * @throws Also what the source throws, and the signal's reason.
   */
  async put(source: BlobSource, options: PutOptions = {}): Promise<BlobInfo> {
    const { holder, signal, onProgress, durability } = options;
    const expiresAtMs = expiryOf(options, this.#access.clock.nowMs());
    if (holder === undefined && expiresAtMs !== undefined) {
      throw new TypeError('a time needs a holder: it is the reference that ends');
    }
    const { digest, byteCount } = await putBlob(this.#access, source, {
      holder: holder === undefined ? undefined : userHolder(holder),
      expiresAtMs,
      signal,
      onBytes: onProgress && ((bytes) => onProgress({ bytes })),
      options: { durability },
    });
    return { digest: digestText(digest), byteCount };
  }

  /** The bytes, a new array, or `undefined` if there is no such blob. Verified as {@link stream} says. */
  async get(digest: string, options: ReadBlobOptions = {}): Promise<Uint8Array | undefined> {
    const chunks = await this.#open(digest, options);
    return chunks && collectChunks(chunks);
  }

  /**
   * The bytes in parts of at most 65,508. Of a whole blob the digest is verified, and the last part handed over
   * only then; of a range the lengths are, and what the store itself verifies.
   *
   * @throws {KeyspaceError} Also `blob.missing` if there is no such blob, `blob.corrupt`.
   */
  async *stream(digest: string, options: ReadBlobOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const chunks = await this.#open(digest, options);
    if (chunks === undefined) throw missing(parseDigest(digest));
    let bytes = 0;
    for await (const chunk of chunks) {
      options.signal?.throwIfAborted();
      yield chunk;
      bytes += chunk.length;
      options.onProgress?.({ bytes });
    }
  }

  /** Whether there is such a blob. Reads none of its bytes. */
  async has(digest: string): Promise<boolean> {
    const [size] = await this.#access.getSizes([blobDescriptor.encode({ digest: parseDigest(digest) })]);
    return size !== undefined;
  }

  /** What is known of a blob; `undefined` if there is none. */
  async stat(digest: string): Promise<BlobStat | undefined> {
    const parsed = parseDigest(digest);
    const descriptor = await readDescriptor(this.#access, parsed);
    if (descriptor === undefined) return undefined;
    const { byteCount, chunkBytes, storedAtMs } = descriptor;
    const stamp = await this.#access.get(blobRetirement.encode({ digest: parsed }));
    return {
      digest,
      byteCount,
      chunkCount: chunkCount(byteCount, chunkBytes),
      storedAtMs,
      ...(stamp && blobRetirementPayload.decode(stamp)),
      references: await this.references(digest),
    };
  }

  /** Every blob, in order of the digests. */
  async *list(): AsyncGenerator<BlobInfo & { readonly storedAtMs: number }, void, undefined> {
    for await (const { key, value } of this.#access.scan(blobDescriptor.range())) {
      const { byteCount, storedAtMs } = blobDescriptorPayload.decode(value);
      yield { digest: digestText(blobDescriptor.decode(key).digest), byteCount, storedAtMs };
    }
  }

  /** What holds a blob now. */
  async references(digest: string): Promise<BlobReferenceInfo[]> {
    const nowMs = this.#access.clock.nowMs();
    const references: BlobReferenceInfo[] = [];
    for await (const { holder, record } of referencesOf(this.#access, parseDigest(digest))) {
      const { referencedAtMs: _at, ...until } = record;
      if (isLive(record, nowMs)) references.push({ holder, ...until });
    }
    return references;
  }

  /**
   * Lets a holder hold a blob that is there, for good or for a time. A holder that holds it already holds it no
   * shorter than before.
   *
   * @throws {KeyspaceError} Also `blob.missing`.
   */
  reference(digest: string, holder: string, options: Lifetime & WriteOptions = {}): Promise<void> {
    return this.#referTo(digest, userHolder(holder), options);
  }

  /** Ends a holder's reference. @returns Whether there was one. */
  release(digest: string, holder: string, options?: WriteOptions): Promise<boolean> {
    return this.#release(digest, userHolder(holder), options);
  }

  /** Holds a blob for good, whoever else does. */
  pin(digest: string, options: WriteOptions = {}): Promise<void> {
    return this.#referTo(digest, 'pin:', options);
  }

  /** @returns Whether it was pinned. */
  unpin(digest: string, options?: WriteOptions): Promise<boolean> {
    return this.#release(digest, 'pin:', options);
  }

  /**
   * Protects blobs for a time, whether they are there yet or not: what is about to be referenced.
   *
   * @param leaseMs 1 or more.
   * @returns The lease's id, to renew it (with the same blobs) or to end it.
   */
  async lease(
    digests: readonly string[],
    { leaseMs, leaseId = this.#access.ids.newId() }: { leaseMs: number; leaseId?: string | undefined },
  ): Promise<string> {
    const parsed = digests.map(parseDigest);
    const expiresAtMs = expiryOf({ ttlMs: assertTime(leaseMs, 1, 'leaseMs') }, this.#access.clock.nowMs());
    await this.#access.transaction(async (access) => {
      for (const digest of parsed) await addReference(access, digest, `lease:${leaseId}`, expiresAtMs);
    });
    return leaseId;
  }

  /** Ends a lease of these blobs. */
  async endLease(leaseId: string, digests: readonly string[]): Promise<void> {
    const parsed = digests.map(parseDigest);
    await this.#access.transaction(async (access) => {
      for (const digest of parsed) await removeReference(access, digest, `lease:${leaseId}`);
    });
  }

  /**
   * Copies a blob of another actor: bytes of its own, and a reference of its own.
   *
   * @throws {KeyspaceError} Also `blob.missing`, `blob.corrupt` of the source.
   */
  copyFrom(source: ActorBlobs, digest: string, options?: PutOptions): Promise<BlobInfo> {
    return this.put(source.stream(digest), options);
  }

  /** Whether a blob is whole: `false` if it is missing or damaged. Reads all of it. */
  async verify(digest: string): Promise<boolean> {
    try {
      for await (const _ of this.stream(digest));
      return true;
    } catch (error) {
      if (isDamage(error) || (error as { code?: unknown }).code === 'blob.missing') return false;
      throw error;
    }
  }

  /**
   * Writes the bytes of a blob that is missing or damaged anew, from whoever still has them. References stay.
   *
   * @throws {KeyspaceError} Also `blob.digest_mismatch` if the source is something else; nothing is written then.
   */
  repair(digest: string, source: BlobSource, options?: WriteOptions): Promise<void> {
    return repairBlob(this.#access, parseDigest(digest), source, options);
  }

  /** Removes references that ended, and uploads that were given up; what nothing holds any more retires. */
  sweep(options: SweepOptions = {}): Promise<SweepResult> {
    return sweepBlobs(this.#access, options);
  }

  /**
   * Deletes blobs that nothing has held for the grace time. Not inside a transaction: it is many small ones, each
   * of which looks again before it deletes. Whatever cannot be read, or is of an unknown kind, ends the pass before
   * anything is deleted. Interrupted, the next pass goes on.
   */
  async collect(options: CollectOptions = {}): Promise<CollectResult> {
    if (this.#isCollecting) return { ran: false, reason: 'busy', detail: 'a pass is under way' };
    this.#isCollecting = true;
    try {
      return await collectBlobs(this.#access, this.#holders, options);
    } finally {
      this.#isCollecting = false;
    }
  }

  /** The last passes of the collector, oldest first. */
  passes(): Promise<PassSummary[]> {
    return readPasses(this.#access);
  }

  /** Looks for what does not fit together. Writes nothing, and reads every blob if told to. */
  audit(options: { readonly verify?: boolean | undefined } = {}): Promise<BlobAudit> {
    return auditBlobs(this.#access, this.#holders, options);
  }

  async #open(
    digest: string,
    { begin = 0, end, holder, signal }: ReadBlobOptions,
  ): Promise<AsyncGenerator<Uint8Array, void, undefined> | undefined> {
    const parsed = parseDigest(digest);
    assertTime(begin, 0, 'begin');
    if (end !== undefined) assertTime(end, 0, 'end');
    signal?.throwIfAborted();
    if (holder !== undefined) {
      const key = blobReference.encode({ digest: parsed, holder: userHolder(holder) });
      const record = await readReference(this.#access, key);
      if (record === undefined || !isLive(record, this.#access.clock.nowMs())) return undefined;
    }
    const descriptor = await readDescriptor(this.#access, parsed);
    if (descriptor === undefined) return undefined;
    const last = Math.min(end ?? descriptor.byteCount, descriptor.byteCount);
    if (begin === 0 && last === descriptor.byteCount) return readVerified(this.#access, parsed, descriptor);
    return readChunks(this.#access, parsed, descriptor, begin, Math.max(begin, last));
  }

  #referTo(digest: string, holder: string, options: Lifetime & WriteOptions): Promise<void> {
    const parsed = parseDigest(digest);
    const expiresAtMs = expiryOf(options, this.#access.clock.nowMs());
    return this.#access.transaction((access) => addReferenceToStored(access, parsed, holder, expiresAtMs), {
      durability: options.durability,
    });
  }

  #release(digest: string, holder: string, options?: WriteOptions): Promise<boolean> {
    const parsed = parseDigest(digest);
    return this.#access.transaction((access) => removeReference(access, parsed, holder), options);
  }
}

function userHolder(holder: string): string {
  if (typeof holder !== 'string') throw new TypeError(`a holder must be a string, not ${typeof holder}`);
  return `user:${holder}`;
}
