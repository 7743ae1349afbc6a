import { KeyspaceError } from '../errors.js';
import { assertCommitBytes, type Layer, type StoreLimits } from '../store/index.js';
import { ActorLayer } from './actor-layer.js';
import type { Ground } from './ground.js';

/** A transaction's own layer on top of what it was opened on. */
export class OpenTransaction implements Ground {
  readonly layer = new ActorLayer();
  readonly #below: Ground;
  readonly #bytesMax: number;
  readonly #forgets = new Set<() => void>();
  #isOpen = true;

  constructor(below: Ground, { commitBytesMax }: StoreLimits) {
    this.#below = below;
    // What is overwritten or cleared later counts here, so this only keeps a runaway from filling the memory.
    this.#bytesMax = 2 * commitBytesMax;
  }

  get isEmpty(): boolean {
    return this.layer.isEmpty && this.#below.isEmpty;
  }

  assertUsable(): void {
    if (!this.#isOpen) throw new KeyspaceError('transaction.closed', 'the transaction has ended', {});
    this.#below.assertUsable();
  }

  lookup(id: string): Uint8Array | null | undefined {
    const found = this.layer.lookup(id);
    return found === undefined ? this.#below.lookup(id) : found;
  }

  layers(): Layer[] {
    return [...this.#below.layers(), this.layer];
  }

  prepare(): undefined {}

  accept(layer: ActorLayer): Promise<void> {
    this.assertUsable();
    assertCommitBytes(this.layer.bytes + layer.bytes, this.#bytesMax);
    this.layer.absorb(layer);
    return Promise.resolve();
  }

  settled(): Promise<void> {
    return Promise.resolve();
  }

  headway(): Promise<void> {
    return Promise.resolve();
  }

  retain(): () => void {
    return this.#below.retain();
  }

  onVoid(forget: () => void): void {
    this.#forgets.add(forget);
  }

  close(): void {
    this.#isOpen = false;
  }

  /** What it holds is accepted below. */
  keep(): void {
    for (const forget of this.#forgets) this.#below.onVoid(forget);
    this.#forgets.clear();
  }

  forget(): void {
    for (const forget of this.#forgets) forget();
  }
}
