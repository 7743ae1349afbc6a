import { Layer } from '../store/index.js';
import type { WakeSource } from './wake.js';

/** A layer of an actor's writes, with what they change of when its parts wake. */
export class ActorLayer extends Layer {
  readonly #wakes = new Map<WakeSource, number | undefined>();

  /** When each part that says so next has something to do; `undefined`: never. */
  get wakes(): ReadonlyMap<WakeSource, number | undefined> {
    return this.#wakes;
  }

  override get isEmpty(): boolean {
    return super.isEmpty && this.#wakes.size === 0;
  }

  wakeAt(source: WakeSource, atMs: number | undefined): void {
    this.#wakes.set(source, atMs);
  }

  override absorb(newer: ActorLayer): void {
    super.absorb(newer);
    for (const [source, atMs] of newer.#wakes) this.#wakes.set(source, atMs);
  }
}
