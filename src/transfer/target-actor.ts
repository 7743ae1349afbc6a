import { equalOptionalBytes } from '../bytes/index.js';
import { isKeyspaceError, KeyspaceError } from '../errors.js';
import {
  type Check,
  type Commit,
  type Fence,
  type Store,
  WHOLE_PARTITION,
  type Write,
} from '../store/index.js';
import { importMarkerPayload } from '../values/index.js';
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
  readonly #importId: string;
  #fence: Fence | undefined;
  /** Names the import and the claim, so that not even an import with the same id takes it for its own. */
  #marker: Uint8Array | undefined;
  /** The write before. */
  #last: Promise<void> | undefined;
  wakeAtMs: number | undefined;

  constructor(store: Store, actorId: string, partition: Uint8Array, importId: string) {
    this.#store = store;
    this.actorId = actorId;
    this.partition = partition;
    this.#importId = importId;
  }

  /**
   * Writes after what was written before; the first time the actor is claimed and marked.
   *
   * @throws {KeyspaceError} `import.conflict` if it exists; `commit.fenced` or `commit.check_failed` if somebody
   * else has taken it; what the store throws.
   */
  write(writes: readonly Write[]): Promise<void> {
    const before = this.#last;
    this.#last = before === undefined ? this.#begin(writes) : this.#goOn(before, writes);
    return this.#last;
  }

  /**
   * Deletes what this import wrote; what somebody else has made of the actor since stays.
   *
   * @throws {KeyspaceError} `commit.check_failed` if it is no more this import's; what the store throws.
   */
  async remove(): Promise<void> {
    const { partition } = this;
    if (this.#marker === undefined) return;
    if (!equalOptionalBytes(await this.#store.get(partition, MARKER_KEY), this.#marker)) return;
    const removal: Commit = {
      checks: [this.check],
      writes: [{ type: 'clearRange', partition, range: WHOLE_PARTITION }],
    };
    try {
      // Removals of many actors share flushes this way.
      return await this.#store.commit({ ...removal, fences: this.#fence && [this.#fence] });
    } catch (error) {
      if (!isKeyspaceError(error, 'commit.fenced')) throw error;
    }
    // Whoever claimed it may have left it as it was: then the marker is compared where the deletion is applied.
    await this.#store.commit(removal);
  }

  /** That it is still this import's. */
  get check(): Check {
    return { partition: this.partition, key: MARKER_KEY, value: this.#marker };
  }

  async #begin(writes: readonly Write[]): Promise<void> {
    const { partition } = this;
    // Before the claim, so that an owner keeps what is not going to be written.
    this.#assertNoActor(await findActor(this.#store, partition));
    const fence = await this.#store.claim(partition);
    this.#fence = fence;
    this.#marker = importMarkerPayload.encode({ importId: `${this.#importId}/${fence.epoch}` });
    const mark = { type: 'set', partition, key: MARKER_KEY, value: this.#marker } as const;
    const found = await findActor(this.#store, partition);
    this.#assertNoActor(found);
    if (typeof found === 'string') {
      await this.#store.commit({ fences: [fence], writes: [mark, ...writes] });
      return;
    }
    // The import that left the marker may be about to end: only without fences is it compared where it is replaced.
    await this.#store.commit({
      checks: [{ partition, key: MARKER_KEY, value: found.marker }],
      writes: [{ type: 'clearRange', partition, range: WHOLE_PARTITION }, mark],
    });
    await this.#store.commit({ fences: [fence], writes });
  }

  async #goOn(before: Promise<void>, writes: readonly Write[]): Promise<void> {
    await before;
    await this.#store.commit({ fences: this.#fence && [this.#fence], writes });
  }

  #assertNoActor(found: Found): void {
    if (found !== 'actor') return;
    const conflicts = new Conflicts();
    conflicts.add(this.actorId);
    conflicts.assertNone();
  }
}
