import { equalOptionalBytes } from '../bytes/index.js';
import { KeyspaceError } from '../errors.js';
import { type Fence, type Store, WHOLE_PARTITION, type Write } from '../store/index.js';
import { MARKER_KEY } from './actor-tally.js';

/** What is where an actor is to be written: nothing, what an import that did not end has left, or an actor. */
export type Found = 'nothing' | 'actor' | { readonly marker: Uint8Array };

export async function findActor(store: Store, partition: Uint8Array): Promise<Found> {
  for await (const _entry of store.scanSizes(partition, WHOLE_PARTITION, { limit: 1 })) {
    const marker = await store.get(partition, MARKER_KEY);
    return marker === undefined ? 'actor' : { marker };
  }
  return 'nothing';
}

const CONFLICTS_TOLD = 10;

/** Actors that exist already where an import would write them. */
export class Conflicts {
  readonly #actorIds: string[] = [];
  #actors = 0;

  add(actorId: string): void {
    this.#actors++;
    if (this.#actorIds.length < CONFLICTS_TOLD) this.#actorIds.push(actorId);
  }

  /** @throws {KeyspaceError} `import.conflict` if there are any. */
  assertNone(): void {
    const actors = this.#actors;
    if (actors === 0) return;
    const message = `${actors} of the export's actors ${actors === 1 ? 'exists' : 'exist'} already`;
    throw new KeyspaceError('import.conflict', message, { actors, actorIds: this.#actorIds });
  }
}

/** One actor that an import writes, unseen until its marker is gone. */
export class TargetActor {
  readonly actorId: string;
  readonly partition: Uint8Array;
  readonly #store: Store;
  readonly #marker: Uint8Array;
  /** The write before, with the fence it left. */
  #last: Promise<Fence> | undefined;
  wakeAtMs: number | undefined;

  constructor(store: Store, actorId: string, partition: Uint8Array, marker: Uint8Array) {
    this.#store = store;
    this.actorId = actorId;
    this.partition = partition;
    this.#marker = marker;
  }

  /**
   * Writes after what was written before; the first time the actor is claimed and marked.
   *
   * @throws {KeyspaceError} `import.conflict` if it exists; `commit.fenced` or `commit.check_failed` if somebody
   * else has taken it; what the store throws.
   */
  write(writes: readonly Write[]): Promise<void> {
    const before = this.#last;
    const next = before === undefined ? this.#begin(writes) : this.#goOn(before, writes);
    this.#last = next;
    return next.then(() => {});
  }

  /**
   * Deletes what this import wrote; what somebody else has made of the actor since stays.
   *
   * Unfenced, so that the marker is compared where the deletion is applied.
   */
  async remove(): Promise<void> {
    const { partition } = this;
    if (!equalOptionalBytes(await this.#store.get(partition, MARKER_KEY), this.#marker)) return;
    await this.#store.commit({
      checks: [this.check],
      writes: [{ type: 'clearRange', partition, range: WHOLE_PARTITION }],
    });
  }

  /** That it is still this import's. */
  get check() {
    return { partition: this.partition, key: MARKER_KEY, value: this.#marker };
  }

  async #begin(writes: readonly Write[]): Promise<Fence> {
    const { partition } = this;
    const mark = { type: 'set', partition, key: MARKER_KEY, value: this.#marker } as const;
    const fence = await this.#store.claim(partition);
    const found = await findActor(this.#store, partition);
    if (found === 'actor') {
      const conflicts = new Conflicts();
      conflicts.add(this.actorId);
      conflicts.assertNone();
    }
    if (typeof found === 'string') {
      await this.#store.commit({ fences: [fence], writes: [mark, ...writes] });
      return fence;
    }
    // The import that left the marker may be about to end: only without fences is it compared where it is replaced.
    await this.#store.commit({
      checks: [{ partition, key: MARKER_KEY, value: found.marker }],
      writes: [{ type: 'clearRange', partition, range: WHOLE_PARTITION }, mark],
    });
    await this.#store.commit({ fences: [fence], writes });
    return fence;
  }

  async #goOn(before: Promise<Fence>, writes: readonly Write[]): Promise<Fence> {
    const fence = await before;
    await this.#store.commit({ fences: [fence], writes });
    return fence;
  }
}
