import type { ActorKeyspace } from './actor-keyspace.js';

/**
 * The actors that a keyspace must close: those open read-only, and of each other id the newest claim. An older
 * one can write no more, and is forgotten rather than kept for whoever lost it.
 */
export class OpenActors {
  readonly #owners = new Map<string, ActorKeyspace>();
  readonly #readers = new Set<ActorKeyspace>();

  add(actor: ActorKeyspace): void {
    if (actor.epoch === undefined) {
      this.#readers.add(actor);
      return;
    }
    const other = this.#owners.get(actor.id);
    // Claims made at once may arrive here in another order.
    if (other?.epoch === undefined || other.epoch < actor.epoch) this.#owners.set(actor.id, actor);
  }

  delete(actor: ActorKeyspace): void {
    this.#readers.delete(actor);
    if (this.#owners.get(actor.id) === actor) this.#owners.delete(actor.id);
  }

  all(): ActorKeyspace[] {
    return [...this.#owners.values(), ...this.#readers];
  }
}
