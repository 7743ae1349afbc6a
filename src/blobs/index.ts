export type { BlobAudit, BlobProblem } from './audit.js';
export type { BlobRoots, SetRootOptions } from './blob-roots.js';
export {
  ActorBlobs,
  type BlobInfo,
  type BlobReferenceInfo,
  type BlobStat,
  type PutOptions,
  type ReadBlobOptions,
} from './blobs.js';
export {
  type CollectCounts,
  type CollectOptions,
  type CollectResult,
  GRACE_MS_MIN,
  type PassSummary,
  type UnheldBlob,
} from './collect.js';
export { hashBytes } from './digest.js';
export { BlobHolders, type HeldBlob, type HolderSource } from './holders.js';
export type { Refusal, RefusalReason } from './mark.js';
export { type Content, type OverflowOptions, readContent, releaseContent, storeContent } from './overflow.js';
export { expiryOf, isLive, type Lifetime } from './references.js';
export type { BlobSource } from './source.js';
export type { SweepOptions, SweepResult } from './sweep.js';
