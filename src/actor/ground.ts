import type { Layer } from '../store/index.js';

/**
 * What a scope of reads and writes stands on: writes that are readable but not yet in the store, and a place
 * to hand a finished layer to. The actor's commit pipeline is one; an open transaction is another, on top.
 */
export interface Ground {
  /** Whether no layer has anything, so that a read may go straight to the store. */
  readonly isEmpty: boolean;
  /** @throws {KeyspaceError} Why it can no longer be read or written. */
  assertUsable(): void;
  /** As `Layer.lookup`, by the newest layer that knows the key. */
  lookup(id: string): Uint8Array | null | undefined;
  /** Oldest first. */
  layers(): Layer[];
  /** Takes the layer over, whole, at once. Resolves when durable, or at once where that is decided later. */
  accept(layer: Layer, isDeferred: boolean): Promise<void>;
  /** Resolves when everything accepted so far is durable, or at once where that is decided later. */
  settled(): Promise<void>;
  /** Resolves when a writer that does not wait for durability may go on; at once unless far ahead of the store. */
  headway(): Promise<void>;
  /** See `CommitPipeline.retain`. */
  retain(): () => void;
}
