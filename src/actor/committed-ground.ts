import { KeyspaceError } from '../errors.js';
import type { Layer } from '../store/index.js';
import type { Ground, ReadGuard } from './ground.js';
import { IMPORT_GUARD } from './layout-header.js';

/** The ground of a read-only actor: nothing but what the store has. */
export class CommittedGround implements Ground {
  readonly isEmpty = true;
  /** An import may have begun since it was opened. */
  readonly guard: ReadGuard = IMPORT_GUARD;
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

  async close(): Promise<void> {
    this.#isClosed = true;
  }
}
