import { isDeepStrictEqual } from 'node:util';

/** The models of an actor's parts, in the order of the workloads. */
export type State = readonly unknown[];

/** Writes that must be stored together or not at all. */
export interface Change {
  apply(state: State): State;
}

/**
 * What one owner of an actor found and did with it since, in order: the states that may be stored.
 *
 * Of `n` changes, state `k` is what was found with the first `k` of them.
 */
export class Timeline {
  readonly #changes: (Change | undefined)[] = [];
  /** As far as computed. */
  readonly #states: State[];
  #durableCount = 0;
  #deliveredCount = 0;
  /** No more than these can be stored, since another owner came. */
  #sealedCount: number | undefined;
  /** What is stored if the actor was deleted, which it may have been. */
  #deleted: State | undefined;

  constructor(found: State) {
    this.#states = [found];
  }

  get length(): number {
    return this.#changes.length;
  }

  /** @returns How many changes there were before it. */
  add(change: Change): number {
    return this.#changes.push(change) - 1;
  }

  /** The change turned out to be none. */
  refuse(index: number): void {
    this.#changes[index] = undefined;
    this.#states.length = Math.min(this.#states.length, index + 1);
  }

  state(count: number): State {
    while (this.#states.length <= count) {
      const before = this.#states.at(-1) as State;
      this.#states.push(this.#changes[this.#states.length - 1]?.apply(before) ?? before);
    }
    return this.#states[count] as State;
  }

  /** Whether this change makes a difference. */
  changes(index: number): boolean {
    return !isDeepStrictEqual(this.state(index), this.state(index + 1));
  }

  /** Something went to the store: it may be any of what there is. */
  delivered(): void {
    this.#deliveredCount = this.#changes.length;
  }

  /** From now on nothing of it may become stored that has not gone to the store. */
  seal(): void {
    this.#sealedCount ??= this.#storedMax;
  }

  /** Somebody deletes the actor, and may be told that it is not known whether that was done. */
  mayBeDeleted(state: State): void {
    this.#deleted = state;
  }

  /**
   * The first `count` changes have been acknowledged.
   *
   * @returns False if some of those are not stored and never will be.
   */
  acknowledge(count: number): boolean {
    const storedMax = this.#sealedCount ?? this.#changes.length;
    if (count > storedMax && !isDeepStrictEqual(this.state(count), this.state(storedMax))) return false;
    this.#durableCount = Math.max(this.#durableCount, Math.min(count, storedMax));
    return true;
  }

  /**
   * Whether the state may be the stored one. If it is sealed, then it is so for good.
   *
   * @returns False if an acknowledged change is missing, or it is no state of this timeline.
   */
  mayBeStored(state: State): boolean {
    // Then nothing can be said of what was stored before.
    if (this.#deleted !== undefined && isDeepStrictEqual(this.#deleted, state)) return true;
    for (let count = this.#storedMax; count >= this.#durableCount; count--) {
      if (!isDeepStrictEqual(this.state(count), state)) continue;
      if (this.#sealedCount !== undefined) this.#sealedCount = count;
      return true;
    }
    return false;
  }

  get #storedMax(): number {
    const deliveredCount = this.#sealedCount ?? this.#deliveredCount;
    // What changes nothing is acknowledged without going to the store.
    return Math.max(deliveredCount, this.#durableCount);
  }

  /** Everything that may be stored, with what is acknowledged first. */
  possible(): State[] {
    const states: State[] = this.#deleted === undefined ? [] : [this.#deleted];
    for (let count = this.#durableCount; count <= this.#storedMax; count++) states.push(this.state(count));
    return states;
  }
}
