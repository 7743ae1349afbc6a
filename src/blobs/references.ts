import type { ActorAccess } from '../actor/index.js';
import { blobChunk, blobDescriptor, blobExpiry, blobReference, blobRetirement } from '../layout/index.js';
import { type BlobReferenceRecord, blobReferencePayload, blobRetirementPayload } from '../values/index.js';
import { missing, readDescriptor } from './chunks.js';

const NO_BYTES = new Uint8Array(0);

/** What holds blobs by itself, whatever the actor's values say. */
export const OWN_KINDS = ['user', 'pin', 'lease', 'root'] as const;

/** How long a reference holds: given as a duration or an instant, in milliseconds; neither means for good. */
export interface Lifetime {
  /** From now, 1 or more. Beyond the largest time there is, it ends then. */
  readonly ttlMs?: number | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAtMs?: number | undefined;
}

/**
 * @returns When it ends; `undefined` for never.
 * @throws {TypeError} If both are given.
 * @throws {RangeError} If one is not a whole number in its range.
 */
export function expiryOf({ ttlMs, expiresAtMs }: Lifetime, nowMs: number): number | undefined {
  if (ttlMs !== undefined && expiresAtMs !== undefined) {
    throw new TypeError('give either ttlMs or expiresAtMs, not both');
  }
  if (expiresAtMs !== undefined) return assertTime(expiresAtMs, 0, 'expiresAtMs');
  if (ttlMs === undefined) return undefined;
  return Math.min(Number.MAX_SAFE_INTEGER, nowMs + assertTime(ttlMs, 1, 'ttlMs'));
}

export function assertTime(value: number, min: number, name: string): number {
  if (Number.isSafeInteger(value) && value >= min) return value;
  throw new RangeError(
    `${name} must be a whole number from ${min} to ${Number.MAX_SAFE_INTEGER}, not ${String(value)}`,
  );
}

/** A reference holds until the millisecond in which it ends, exclusive. */
export function isLive({ expiresAtMs }: { readonly expiresAtMs?: number }, nowMs: number): boolean {
  return expiresAtMs === undefined || expiresAtMs > nowMs;
}

/**
 * Lets a holder hold a blob, in a transaction. Whatever it held it for before, it holds it no shorter now, and for
 * good if it did. A pending deletion is called off.
 */
export async function addReference(
  access: ActorAccess,
  digest: Uint8Array,
  holder: string,
  expiresAtMs: number | undefined,
): Promise<void> {
  const key = blobReference.encode({ digest, holder });
  const nowMs = Math.max(0, access.clock.nowMs());
  const before = await readReference(access, key);
  const until =
    before === undefined ? expiresAtMs : longer(before.expiresAtMs, expiresAtMs, isLive(before, nowMs));
  await access.write((writes) => {
    if (before?.expiresAtMs !== undefined) {
      writes.delete(blobExpiry.encode({ expiresAtMs: before.expiresAtMs, digest, holder }));
    }
    const record = { referencedAtMs: nowMs, ...(until !== undefined && { expiresAtMs: until }) };
    writes.set(key, blobReferencePayload.encode(record));
    if (until !== undefined) writes.set(blobExpiry.encode({ expiresAtMs: until, digest, holder }), NO_BYTES);
    writes.delete(blobRetirement.encode({ digest }));
  });
}

/** @param counts Whether the earlier one still holds; an ended one is as none. */
function longer(before: number | undefined, now: number | undefined, counts: boolean): number | undefined {
  if (!counts) return now;
  return before === undefined || now === undefined ? undefined : Math.max(before, now);
}

/** Lets a holder hold a blob that must be there. Throws `blob.missing` if it is not. */
export async function addReferenceToStored(
  access: ActorAccess,
  digest: Uint8Array,
  holder: string,
  expiresAtMs: number | undefined,
): Promise<void> {
  if ((await readDescriptor(access, digest)) === undefined) throw missing(digest);
  return addReference(access, digest, holder, expiresAtMs);
}

/**
 * Ends a reference, in a transaction. The blob that nothing holds any more retires now.
 *
 * @returns Whether there was one.
 */
export async function removeReference(
  access: ActorAccess,
  digest: Uint8Array,
  holder: string,
): Promise<boolean> {
  const key = blobReference.encode({ digest, holder });
  const before = await readReference(access, key);
  if (before === undefined) return false;
  await access.write((writes) => {
    writes.delete(key);
    if (before.expiresAtMs !== undefined) {
      writes.delete(blobExpiry.encode({ expiresAtMs: before.expiresAtMs, digest, holder }));
    }
  });
  await retireUnlessHeld(access, digest);
  return true;
}

export async function readReference(
  access: ActorAccess,
  key: Uint8Array,
): Promise<BlobReferenceRecord | undefined> {
  const bytes = await access.get(key);
  return bytes && blobReferencePayload.decode(bytes);
}

/** The references of a blob, ended ones among them. */
export async function* referencesOf(
  access: ActorAccess,
  digest: Uint8Array,
): AsyncGenerator<{ holder: string; record: BlobReferenceRecord }, void, undefined> {
  for await (const { key, value } of access.scan(blobReference.range({ digest }))) {
    yield { holder: blobReference.decode(key).holder, record: blobReferencePayload.decode(value) };
  }
}

export async function isReferenced(access: ActorAccess, digest: Uint8Array, nowMs: number): Promise<boolean> {
  for await (const { record } of referencesOf(access, digest)) if (isLive(record, nowMs)) return true;
  return false;
}

/** Stamps a blob that nothing holds with the time, unless it was before; in a transaction. */
export async function retireUnlessHeld(access: ActorAccess, digest: Uint8Array): Promise<void> {
  const nowMs = Math.max(0, access.clock.nowMs());
  if (await isReferenced(access, digest, nowMs)) return;
  const key = blobRetirement.encode({ digest });
  const firstChunk = blobChunk.encode({ digest, chunkIndex: 0 });
  const keys = [key, blobDescriptor.encode({ digest }), firstChunk];
  const [stamp, ...stored] = await access.getSizes(keys);
  if (stamp !== undefined || stored.every((bytes) => bytes === undefined)) return;
  await access.write((writes) => writes.set(key, blobRetirementPayload.encode({ retiredAtMs: nowMs })));
}
