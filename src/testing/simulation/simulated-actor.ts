import { isKeyspaceError } from '../../errors.js';
import type { Fence } from '../../store/index.js';
import type { CallEvent } from '../faults/calls.js';
import type { History } from './history.js';
import type { Owner } from './owner.js';
import { type State, Timeline } from './timeline.js';

/** One actor: who owned it, and what may be stored of it. */
export class SimulatedActor {
  readonly id: string;
  /** In the store under test. */
  readonly partition: Uint8Array;
  readonly owners: Owner[] = [];
  /** Of the newest owner that was known to have it. */
  timeline: Timeline;
  readonly #initial: State;
  readonly #history: History;
  readonly #epochs = new Set<number>();
  #epochMax = 0;
  #claimsUnderWay = 0;

  constructor(id: string, partition: Uint8Array, initial: State, history: History) {
    this.id = id;
    this.partition = partition;
    this.timeline = new Timeline(initial);
    this.#initial = initial;
    this.#history = history;
  }

  /** Of the newest claim, whether or not its owner ever heard of it. */
  get epochMax(): number {
    return this.#epochMax;
  }

  /** The owner that reads and writes it, if there is one. */
  get current(): Owner | undefined {
    return this.owners.find(({ isCurrent }) => isCurrent);
  }

  /** Whether a newer claim has been made, or may have been. */
  isContested(epoch: number): boolean {
    return this.#claimsUnderWay > 0 || epoch < this.#epochMax;
  }

  /** An operation on its partition got somewhere. */
  observe(event: CallEvent): void {
    const { operation, commit } = event.call;
    if (operation === 'claim') this.#observeClaim(event);
    if (operation !== 'commit') return;
    const epoch = commit?.fences?.[0]?.epoch;
    const owner = this.owners.find((each) => each.epoch === epoch);
    // Only who deletes an actor commits without having opened it.
    if (owner === undefined && epoch === this.#epochMax) this.#observeDeletion(event);
    if (event.type === 'delivered') owner?.timeline.delivered();
    if (event.type === 'answered' && event.error !== undefined) owner?.commitFailed(event.error);
  }

  #observeDeletion(event: CallEvent): void {
    if (event.type === 'delivered') this.timeline.mayBeDeleted(this.#initial);
    if (event.type !== 'answered' || event.error !== undefined) return;
    this.timeline = new Timeline(this.#initial);
    this.timeline.seal();
  }

  #observeClaim(event: CallEvent): void {
    if (event.type === 'delivered') this.#claimsUnderWay++;
    if (event.type !== 'settled') return;
    this.#claimsUnderWay--;
    if (event.error !== undefined) {
      if (isKeyspaceError(event.error)) return;
      this.#history.report({ what: `claiming ${this.id}`, expected: 'a fence', found: event.error });
      return;
    }
    const { epoch } = event.result as Fence;
    if (this.#epochs.has(epoch)) {
      this.#history.report({ what: `claiming ${this.id}`, expected: 'a new epoch', found: epoch });
    }
    this.#epochs.add(epoch);
    if (epoch < this.#epochMax) return;
    this.#epochMax = epoch;
    this.timeline.seal();
  }
}
