import { toHex } from '../../bytes/index.js';
import { BLOBS, DIGEST_BYTES, LAYOUT_VERSION, NAMESPACE } from '../constants.js';
import { defineKey } from '../define.js';
import { tupleDigest, tupleElements, tupleString, tupleUint } from '../tuple-fields.js';
import { quoted } from '../wording.js';
import type { ReservedTupleKey } from './workflow.js';

const declared = {
  layouts: [1],
  status: 'current',
  prefix: [NAMESPACE.blobs, LAYOUT_VERSION.blobs],
} as const;

// Begins with 00, which is escaped, and ends with ff, which is not.
const exampleDigest = Uint8Array.from({ length: DIGEST_BYTES }, (_, index) => (index * 33) & 0xff);

function digestText(digest: Uint8Array): string {
  return `${toHex(digest.subarray(0, 8))}…`;
}

export type BlobDescriptorKey = { readonly digest: Uint8Array };

/** What is known of one blob. */
export const blobDescriptor = defineKey<BlobDescriptorKey>({
  ...declared,
  name: 'blobs.descriptor',
  tuple: [BLOBS.descriptors],
  fields: { digest: tupleDigest },
  split: (key, write, target, offset) => write(target, offset, key.digest),
  join: (digest) => ({ digest }),
  payload: 'blob descriptor',
  summary: 'one blob that is there as a whole, by the SHA-256 digest of its bytes',
  example: { digest: exampleDigest },
  describe: ({ digest }) => `Descriptor of blob ${digestText(digest)}.`,
});

export type BlobChunkKey = { readonly digest: Uint8Array; readonly chunkIndex: number };

/** One chunk of a blob's bytes. */
export const blobChunk = defineKey<BlobChunkKey>({
  ...declared,
  name: 'blobs.chunk',
  tuple: [BLOBS.chunks],
  fields: { digest: tupleDigest, chunkIndex: tupleUint() },
  split: (key, write, target, offset) => write(target, offset, key.digest, key.chunkIndex),
  join: (digest: Uint8Array, chunkIndex: number) => ({ digest, chunkIndex }),
  payload: 'raw bytes',
  summary: 'one chunk of a blob',
  example: { digest: exampleDigest, chunkIndex: 1 },
  describe: ({ digest, chunkIndex }) => `Chunk ${chunkIndex} of blob ${digestText(digest)}.`,
});

export type BlobReferenceKey = {
  readonly digest: Uint8Array;
  /** What kind of holder, a colon, and its name: `user:album`, `field:avatar`. */
  readonly holder: string;
};

/** That something holds a blob. */
export const blobReference = defineKey<BlobReferenceKey>({
  ...declared,
  name: 'blobs.reference',
  tuple: [BLOBS.references],
  fields: { digest: tupleDigest, holder: tupleString },
  split: (key, write, target, offset) => write(target, offset, key.digest, key.holder),
  join: (digest: Uint8Array, holder: string) => ({ digest, holder }),
  payload: 'blob reference',
  summary: 'that something holds a blob, and until when',
  example: { digest: exampleDigest, holder: 'user:album' },
  describe: ({ digest, holder }) => `Reference of ${quoted(holder)} to blob ${digestText(digest)}.`,
});

export type BlobExpiryKey = BlobReferenceKey & { readonly expiresAtMs: number };

/** A reference that ends, in order of when it does. */
export const blobExpiry = defineKey<BlobExpiryKey>({
  ...declared,
  name: 'blobs.expiry',
  tuple: [BLOBS.expiry],
  fields: { expiresAtMs: tupleUint(), digest: tupleDigest, holder: tupleString },
  split: (key, write, target, offset) => write(target, offset, key.expiresAtMs, key.digest, key.holder),
  join: (expiresAtMs: number, digest: Uint8Array, holder: string) => ({ expiresAtMs, digest, holder }),
  payload: 'none: no bytes',
  summary: 'a reference that ends, by when it does',
  example: { expiresAtMs: 1_771_900_000_000, digest: exampleDigest, holder: 'lease:u1' },
  describe: ({ expiresAtMs, digest, holder }) =>
    `The reference of ${quoted(holder)} to blob ${digestText(digest)} ends at millisecond ${expiresAtMs}.`,
});

export type BlobRetirementKey = { readonly digest: Uint8Array };

/** That nothing holds a blob, and since when. */
export const blobRetirement = defineKey<BlobRetirementKey>({
  ...declared,
  name: 'blobs.retirement',
  tuple: [BLOBS.retirements],
  fields: { digest: tupleDigest },
  split: (key, write, target, offset) => write(target, offset, key.digest),
  join: (digest) => ({ digest }),
  payload: 'blob retirement',
  summary: 'that nothing holds a blob, and since when',
  example: { digest: exampleDigest },
  describe: ({ digest }) => `Retirement of blob ${digestText(digest)}.`,
});

export type BlobRootKey = { readonly rootName: string };

/** A named set of blobs. */
export const blobRoot = defineKey<BlobRootKey>({
  ...declared,
  name: 'blobs.root',
  tuple: [BLOBS.roots],
  fields: { rootName: tupleString },
  split: (key, write, target, offset) => write(target, offset, key.rootName),
  join: (rootName) => ({ rootName }),
  payload: 'blob root',
  summary: 'a named set of blobs that are held together',
  example: { rootName: 'release' },
  describe: ({ rootName }) => `Root ${quoted(rootName)}.`,
});

export type BlobRootMemberKey = { readonly rootName: string; readonly digest: Uint8Array };

/** One blob of a root. */
export const blobRootMember = defineKey<BlobRootMemberKey>({
  ...declared,
  name: 'blobs.rootMember',
  tuple: [BLOBS.rootMembers],
  fields: { rootName: tupleString, digest: tupleDigest },
  split: (key, write, target, offset) => write(target, offset, key.rootName, key.digest),
  join: (rootName: string, digest: Uint8Array) => ({ rootName, digest }),
  payload: 'none: no bytes',
  summary: 'one blob of a root',
  example: { rootName: 'release', digest: exampleDigest },
  describe: ({ rootName, digest }) => `Blob ${digestText(digest)} in root ${quoted(rootName)}.`,
});

export type BlobUploadKey = { readonly uploadId: string };

/** A blob that is being written and whose digest is not known yet. */
export const blobUpload = defineKey<BlobUploadKey>({
  ...declared,
  name: 'blobs.upload',
  tuple: [BLOBS.uploads],
  fields: { uploadId: tupleString },
  split: (key, write, target, offset) => write(target, offset, key.uploadId),
  join: (uploadId) => ({ uploadId }),
  payload: 'blob upload',
  summary: 'a blob that is being written over several commits',
  example: { uploadId: 'u1' },
  describe: ({ uploadId }) => `Upload ${quoted(uploadId)}.`,
});

export type BlobUploadChunkKey = { readonly uploadId: string; readonly chunkIndex: number };

/** One chunk of an upload. */
export const blobUploadChunk = defineKey<BlobUploadChunkKey>({
  ...declared,
  name: 'blobs.uploadChunk',
  tuple: [BLOBS.uploadChunks],
  fields: { uploadId: tupleString, chunkIndex: tupleUint() },
  split: (key, write, target, offset) => write(target, offset, key.uploadId, key.chunkIndex),
  join: (uploadId: string, chunkIndex: number) => ({ uploadId, chunkIndex }),
  payload: 'raw bytes',
  summary: 'one chunk of an upload, until its digest is known',
  example: { uploadId: 'u1', chunkIndex: 1 },
  describe: ({ uploadId, chunkIndex }) => `Chunk ${chunkIndex} of upload ${quoted(uploadId)}.`,
});

export type BlobPassKey = { readonly startedAtMs: number; readonly passId: string };

/** One pass of the collector. */
export const blobPass = defineKey<BlobPassKey>({
  ...declared,
  name: 'blobs.pass',
  tuple: [BLOBS.passes],
  fields: { startedAtMs: tupleUint(), passId: tupleString },
  split: (key, write, target, offset) => write(target, offset, key.startedAtMs, key.passId),
  join: (startedAtMs: number, passId: string) => ({ startedAtMs, passId }),
  payload: 'blob pass',
  summary: 'what one pass of the collector did',
  example: { startedAtMs: 1_771_900_000_000, passId: 'p1' },
  describe: ({ startedAtMs, passId }) =>
    `Pass ${quoted(passId)} of the collector, begun at millisecond ${startedAtMs}.`,
});

export const blobsReserved = defineKey<ReservedTupleKey>({
  ...declared,
  name: 'blobs.reserved',
  status: 'reserved',
  tuple: [],
  fields: { part: tupleUint(BLOBS.fieldExpiry + 1), elements: tupleElements },
  payload: 'not defined yet',
  summary: 'for later kinds of records',
  example: { part: 12, elements: [] },
  describe: ({ part }) => `A key of part ${part} of the blobs, reserved for a later version.`,
});
