import { isDeepStrictEqual } from 'node:util';
import { openKeyspace } from '../../keyspace/index.js';
import type { Store } from '../../store/index.js';
import type { History } from './history.js';
import type { Invariant } from './options.js';
import type { SimulatedActor } from './simulated-actor.js';
import { readStored } from './stored.js';
import type { State } from './timeline.js';
import type { Workload } from './workload.js';

interface ChecksOptions {
  readonly store: Store;
  readonly root: string | undefined;
  /** The largest of any process. */
  readonly quotaBytes: number;
  readonly workloads: readonly Workload[];
  readonly invariants: readonly Invariant[];
  readonly history: History;
}

/** By so much the library's own records may exceed a quota, when something else becomes smaller. */
const RECORDS_BYTES = 64;

/** Compares what is stored with what may be. */
export class Checks {
  readonly #options: ChecksOptions;

  constructor(options: ChecksOptions) {
    this.#options = options;
  }

  /** Everything of one actor. @returns What is stored of it. */
  async actor(actor: SimulatedActor): Promise<State> {
    const { store, quotaBytes, workloads, history } = this.#options;
    history.counts.checks++;
    const { state, bytes, problems } = await readStored(store, actor.partition, actor.id, workloads);
    if (problems.length > 0) {
      history.report({ what: `the keys of ${actor.id}`, expected: 'those of its parts', found: problems });
    }
    if (bytes > quotaBytes + RECORDS_BYTES) {
      history.report({ what: `the bytes of ${actor.id}`, expected: quotaBytes, found: bytes });
    }
    const { timeline } = actor;
    if (!timeline.mayBeStored(state)) {
      const possible = timeline.possible().map((each) => this.#difference(each, state));
      const expected = possible.length === 1 ? possible[0] : { oneOf: possible };
      const found = this.#difference(state, timeline.state(timeline.length));
      history.report({ what: `what is stored of ${actor.id}`, expected, found });
    }
    history.assertSound();
    return state;
  }

  /** Everything of every actor, and the invariants. */
  async all(actors: readonly SimulatedActor[]): Promise<void> {
    const { store, root, invariants, history } = this.#options;
    for (const actor of actors) await this.actor(actor);
    const keyspace = await openKeyspace({ store, root, sharedStore: true });
    const actorIds = actors.map(({ id }) => id);
    for (const invariant of invariants) {
      try {
        await invariant({ store, root, keyspace, actorIds });
      } catch (error) {
        history.report({ what: `the invariant ${invariant.name}`, expected: 'to hold', found: error });
      }
    }
    await keyspace.close();
    history.assertSound();
  }

  /** The models in which a state differs from another, by workload. */
  #difference(state: State, other: State): Readonly<Record<string, unknown>> {
    const named = this.#options.workloads.map(({ name }, at) => [name, at] as const);
    const different = named.filter(([, at]) => !isDeepStrictEqual(state[at], other[at]));
    return Object.fromEntries(different.map(([name, at]) => [name, state[at]]));
  }
}
