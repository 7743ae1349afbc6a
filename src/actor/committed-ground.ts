import { KeyspaceError } from '../errors.js';
import type { Layer } from '../store/index.js';
import type { Ground } from './ground.js';

/** The ground of a read-only actor: nothing but what the store has. */
export class CommittedGround implements Ground {
  readonly isEmpty = true;
  readonly #forgets = new Set<() => void>();
  #isClosed = false;

  assertUsable(): void {
    if (this.#isClosed) throw new KeyspaceError('actor.closed', 'the actor is closed', {});
  }

  lookup(): undefined {
    return undefined;
  }

  layers(): Layer[] {
    return [];
  }

  prepare(): undefined {}

  accept(): Promise<void> {
    throw new KeyspaceError('actor.read_only', 'the actor is open read-only', {});
  }

  async durable(): Promise<void> {
    this.assertUsable();
  }

  async settled(): Promise<void> {}

  async headway(): Promise<void> {}

  retain(): () => void {
    return () => {};
  }

  onVoid(forget: () => void): void {
    this.#forgets.add(forget);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const forget of this.#forgets) forget();
    this.#forgets.clear();
  }
}
