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
  payload: 'not defined yet',
  summary: 'one blob, by the SHA-256 digest of its bytes',
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
  payload: 'not defined yet',
  summary: 'one chunk of a blob',
  example: { digest: exampleDigest, chunkIndex: 1 },
  describe: ({ digest, chunkIndex }) => `Chunk ${chunkIndex} of blob ${digestText(digest)}.`,
});

export const blobsReserved = defineKey<ReservedTupleKey>({
  ...declared,
  name: 'blobs.reserved',
  status: 'reserved',
  tuple: [],
  fields: { part: tupleUint(BLOBS.chunks + 1), elements: tupleElements },
  payload: 'not defined yet',
  summary: 'for references, expiry, roots and retirement',
  example: { part: 3, elements: [] },
  describe: ({ part }) => `A key of part ${part} of the blobs, reserved for a later version.`,
});

export type FieldKey = { readonly fieldName: string };

/** One named field of the actor. */
export const actorField = defineKey<FieldKey>({
  name: 'field',
  layouts: [1],
  status: 'current',
  prefix: [NAMESPACE.fields, LAYOUT_VERSION.fields],
  tuple: [],
  fields: { fieldName: tupleString },
  split: (key, write, target, offset) => write(target, offset, key.fieldName),
  join: (fieldName) => ({ fieldName }),
  payload: 'not defined yet',
  summary: 'one named field',
  example: { fieldName: 'avatar' },
  describe: ({ fieldName }) => `Field ${quoted(fieldName)}.`,
});
