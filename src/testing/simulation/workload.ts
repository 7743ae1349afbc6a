import type { WriteOptions } from '../../actor/index.js';
import type { ActorSubsystems } from '../../keyspace/index.js';
import type { Random } from '../random.js';

/** What a workload may build its operations from; nothing else, or a seed would not repeat a history. */
export interface WorkloadContext {
  /** By the clock of the process that will run the operation. */
  nowMs(): number;
  /** A text never given before: `v1`, `v2` and so on. */
  unique(): string;
  /** Whether `sync` reads work on the store under test. */
  readonly synchronousReads: boolean;
}

/** One thing to do with an actor, and what must come of it. */
export interface Operation<Model = unknown> {
  /** For the log, such as `kv.set a=v7`. */
  readonly text: string;
  /**
   * `read`: writes nothing. `write`: writes the same whatever is stored. `update`: what it writes, if anything,
   * depends on what is stored.
   */
  readonly kind: 'read' | 'write' | 'update';
  /** It only deletes, or makes smaller: no quota can refuse it. Default false. */
  readonly neverGrows?: boolean | undefined;
  /** It is several calls, which only make sense together: it is run inside a transaction. Default false. */
  readonly needsTransaction?: boolean | undefined;
  /**
   * Does it: on an open actor, with the options given, or inside a transaction. Must reject as the library does,
   * and wait for nothing but the library.
   */
  run(subsystems: ActorSubsystems, options: WriteOptions): Promise<unknown>;
  /** What it makes of the model, which it leaves as it is, and what `run` must resolve to (deeply equal). */
  apply(model: Model): { readonly model: Model; readonly result?: unknown };
}

/**
 * How a simulation uses and checks one part of an actor. Several share an actor: none may touch what another keeps.
 *
 * A model is a plain value that stands for all that the part has stored: models are compared by
 * `isDeepStrictEqual` of `node:util`, and never changed.
 */
export interface Workload<Model = unknown> {
  readonly name: string;
  /** Of an actor with nothing stored. */
  readonly initial: Model;
  /** What to do next, at random. */
  choose(random: Random, model: Model, context: WorkloadContext): Operation<Model>;
  /** The model that everything readable stands for. */
  read(subsystems: ActorSubsystems): Promise<Model>;
  /**
   * How many keys are stored for the model, by namespace byte: a stored key beyond those is a failure. `any` where
   * the model does not tell; then `read` sees to it.
   */
  keyCounts(model: Model): Readonly<Record<number, number | 'any'>>;
}
