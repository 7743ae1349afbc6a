import { fromData, toOptionalData } from './data.js';
import { definePayload, firstVersion, type Payload } from './payload.js';
import { readBlobDescriptor, writeBlobDescriptor } from './schemas/blob-descriptor-v1.generated.js';
import { readBlobPass, writeBlobPass } from './schemas/blob-pass-v1.generated.js';
import { readBlobReference, writeBlobReference } from './schemas/blob-reference-v1.generated.js';
import { readBlobRetirement, writeBlobRetirement } from './schemas/blob-retirement-v1.generated.js';
import { readBlobRoot, writeBlobRoot } from './schemas/blob-root-v1.generated.js';
import { readBlobUpload, writeBlobUpload } from './schemas/blob-upload-v1.generated.js';

/** A blob that is there as a whole. Times here and below are milliseconds since the Unix epoch, 0 to 2^53 - 1. */
export interface BlobDescriptorRecord {
  readonly byteCount: number;
  /** Of every chunk but the last. */
  readonly chunkBytes: number;
  readonly storedAtMs: number;
}

/** The value at key `0a 01 ‖ T[1, digest]`. Format: version 1, u64 · u32 · u64. */
export const blobDescriptorPayload: Payload<BlobDescriptorRecord> = definePayload({
  name: 'blobs.descriptor',
  versions: firstVersion(1, readBlobDescriptor),
  write: writeBlobDescriptor,
  toWire: ({ byteCount, chunkBytes, storedAtMs }: BlobDescriptorRecord) => ({
    byteCount,
    chunkBytes,
    storedAt: storedAtMs,
  }),
  fromWire: ({ byteCount, chunkBytes, storedAt }): BlobDescriptorRecord => ({
    byteCount,
    chunkBytes,
    storedAtMs: storedAt,
  }),
});

/** That something holds a blob. */
export interface BlobReferenceRecord {
  readonly referencedAtMs: number;
  /** When it ends; absent if it holds for good. */
  readonly expiresAtMs?: number;
}

/** The value at key `0a 01 ‖ T[3, digest, holderKind, holder]`. Format: version 1, u64 · optional u64. */
export const blobReferencePayload: Payload<BlobReferenceRecord> = definePayload({
  name: 'blobs.reference',
  versions: firstVersion(1, readBlobReference),
  write: writeBlobReference,
  toWire: ({ referencedAtMs, expiresAtMs }: BlobReferenceRecord) => ({
    referencedAt: referencedAtMs,
    expiresAt: expiresAtMs,
  }),
  fromWire: ({ referencedAt, expiresAt }): BlobReferenceRecord => ({
    referencedAtMs: referencedAt,
    ...(expiresAt !== undefined && { expiresAtMs: expiresAt }),
  }),
});

/** Since when nothing holds a blob. */
export interface BlobRetirementRecord {
  readonly retiredAtMs: number;
}

/** The value at key `0a 01 ‖ T[5, digest]`. Format: version 1, u64. */
export const blobRetirementPayload: Payload<BlobRetirementRecord> = definePayload({
  name: 'blobs.retirement',
  versions: firstVersion(1, readBlobRetirement),
  write: writeBlobRetirement,
  toWire: ({ retiredAtMs }: BlobRetirementRecord) => ({ retiredAt: retiredAtMs }),
  fromWire: ({ retiredAt }): BlobRetirementRecord => ({ retiredAtMs: retiredAt }),
});

/** A named set of blobs. */
export interface BlobRootRecord {
  readonly memberCount: number;
  readonly replacedAtMs: number;
}

/** The value at key `0a 01 ‖ T[6, rootName]`. Format: version 1, u64 · u64. */
export const blobRootPayload: Payload<BlobRootRecord> = definePayload({
  name: 'blobs.root',
  versions: firstVersion(1, readBlobRoot),
  write: writeBlobRoot,
  toWire: ({ memberCount, replacedAtMs }: BlobRootRecord) => ({ memberCount, replacedAt: replacedAtMs }),
  fromWire: ({ memberCount, replacedAt }): BlobRootRecord => ({ memberCount, replacedAtMs: replacedAt }),
});

/** A blob that is being written. */
export interface BlobUploadRecord {
  /** When it is given up. */
  readonly expiresAtMs: number;
  /** 32 bytes, once all of the blob's are stored. */
  readonly digest?: Uint8Array;
}

/** The value at key `0a 01 ‖ T[8, uploadId]`. Format: version 1, u64 · optional data[32]. */
export const blobUploadPayload: Payload<BlobUploadRecord> = definePayload({
  name: 'blobs.upload',
  versions: firstVersion(1, readBlobUpload),
  write: writeBlobUpload,
  toWire: ({ expiresAtMs, digest }: BlobUploadRecord) => ({
    expiresAt: expiresAtMs,
    digest: toOptionalData(digest),
  }),
  fromWire: ({ expiresAt, digest }): BlobUploadRecord => ({
    expiresAtMs: expiresAt,
    ...(digest !== undefined && { digest: fromData(digest) }),
  }),
});

/** What one pass of the collector did, in blobs unless in bytes. */
export interface BlobPassRecord {
  /** Absent while it is under way, and for good if its process died. */
  readonly endedAtMs?: number;
  readonly scanned: number;
  readonly held: number;
  /** Found without a holder for the first time. */
  readonly stamped: number;
  readonly withinGrace: number;
  readonly deleted: number;
  /** Keys and values that deleting them freed. */
  readonly deletedBytes: number;
  /** To be deleted by plan, and held again by the time they would have been. */
  readonly spared: number;
  readonly failed: number;
}

/** The value at key `0a 01 ‖ T[10, startedAtMs, passId]`. Format: version 1, optional u64 · eight u64. */
export const blobPassPayload: Payload<BlobPassRecord> = definePayload({
  name: 'blobs.pass',
  versions: firstVersion(1, readBlobPass),
  write: writeBlobPass,
  toWire: ({ endedAtMs, ...counts }: BlobPassRecord) => ({ endedAt: endedAtMs, ...counts }),
  fromWire: ({ endedAt, ...counts }): BlobPassRecord => ({
    ...(endedAt !== undefined && { endedAtMs: endedAt }),
    ...counts,
  }),
});
