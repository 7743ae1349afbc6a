import type { Layer } from '../store/index.js';
import type { ActorLayer } from './actor-layer.js';
import type { Usage } from './usage.js';

/** An entry of the actor that says whether what is there may be read. */
export interface ReadGuard {
  readonly key: Uint8Array;
  /** @throws {KeyspaceError} If it may not, with this value of the entry. */
  assert(value: Uint8Array | undefined): void;
}

/** What accepting a layer has to know of a store that answers later. */
export interface Preparation {
  /**
   * By how much the layer changes the usage. Nothing may be accepted between its answer and the layer.
   *
   * @throws {KeyspaceError} What the store throws; why the ground is not usable.
   */
  change(): Promise<Usage>;
  /** To be called in any case. Idempotent. */
  release(): void;
}

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
  /** Begins to read what {@link accept} needs of the layer; `undefined` where it needs nothing. */
  prepare(layer: ActorLayer): Preparation | undefined;
  /**
   * Takes the layer over, whole, at once. Resolves when durable, or at once where that is decided later.
   *
   * @param change What the preparation of this layer told, if there was one.
   */
  accept(layer: ActorLayer, isDeferred: boolean, change?: Usage): Promise<void>;
  /** Resolves when everything accepted so far is durable, or at once where that is decided later. */
  settled(): Promise<void>;
  /** Resolves when a writer that does not wait for durability may go on; at once unless far ahead of the store. */
  headway(): Promise<void>;
  /** Of a reader that owns nothing: what must hold at the instant of each read. */
  readonly guard?: ReadGuard | undefined;
  /** See `CommitPipeline.retain`. */
  retain(): () => void;
}
