import type { WriteOptions } from '../../actor/index.js';
import type { ActorKeyspace } from '../../keyspace/index.js';
import type { Change, State } from './timeline.js';
import type { Operation, Workload } from './workload.js';

/** An operation of one of the workloads. */
export interface Part {
  /** Position of its workload, and so of its model in a state. */
  readonly at: number;
  readonly operation: Operation;
}

/** Thrown by the simulation inside a transaction, which must then leave nothing behind. */
export class ChangedMind extends Error {}

interface UnitOptions {
  readonly durability: 'durable' | 'deferred';
  readonly isTransaction: boolean;
  /** Whether the transaction changes its mind at its end. */
  readonly throws: boolean;
  /** Awaited inside the transaction, after its operations. */
  readonly pause?: (() => Promise<void>) | undefined;
}

/** One call of a workload, or a transaction of several. */
export class Unit implements Change {
  readonly parts: readonly Part[];
  readonly isDurable: boolean;
  readonly throws: boolean;
  readonly text: string;
  readonly isTransaction: boolean;
  readonly #pause: (() => Promise<void>) | undefined;

  constructor(parts: readonly Part[], { durability, isTransaction, throws, pause }: UnitOptions) {
    this.parts = parts;
    this.isDurable = durability === 'durable';
    this.isTransaction = isTransaction;
    this.throws = throws;
    this.#pause = pause;
    const texts = parts.map(({ operation }) => operation.text).join('; ');
    const body = isTransaction ? `transaction { ${texts}${throws ? '; throw' : ''} }` : texts;
    this.text = this.isDurable ? body : `${body} deferred`;
  }

  get pauses(): boolean {
    return this.#pause !== undefined;
  }

  /** Whether it writes, whatever is stored. */
  get surelyWrites(): boolean {
    return !this.throws && this.parts.some(({ operation }) => operation.kind === 'write');
  }

  /** Whether no quota may refuse it. */
  get neverGrows(): boolean {
    return this.parts.every(({ operation }) => operation.kind === 'read' || operation.neverGrows === true);
  }

  /** @returns What each operation resolved to. */
  async run(actor: ActorKeyspace): Promise<unknown[]> {
    const options: WriteOptions = { durability: this.isDurable ? 'durable' : 'deferred' };
    const [only] = this.parts;
    if (!this.isTransaction && only !== undefined) return [await only.operation.run(actor, options)];
    return actor.transaction(async (transaction) => {
      const results: unknown[] = [];
      for (const { operation } of this.parts) results.push(await operation.run(transaction, {}));
      await this.#pause?.();
      if (this.throws) throw new ChangedMind('the transaction changed its mind');
      return results;
    }, options);
  }

  apply(state: State): State {
    return this.throws ? state : this.outcome(state).state;
  }

  /** What it makes of a state and what `run` must resolve to, with nobody else writing. */
  outcome(state: State): { readonly state: State; readonly results: unknown[] } {
    const after = [...state];
    const results = this.parts.map(({ at, operation }) => {
      const { model, result } = operation.apply(after[at]);
      after[at] = model;
      return result;
    });
    return { state: after, results };
  }
}

/** Reads everything and compares it, with nobody writing meanwhile. */
export function readingEverything(workloads: readonly Workload[]): Unit {
  const parts = workloads.map((workload, at) => ({
    at,
    operation: {
      text: `read ${workload.name}`,
      kind: 'read',
      run: (subsystems) => workload.read(subsystems),
      apply: (model) => ({ model, result: model }),
    } satisfies Operation,
  }));
  return new Unit(parts, { durability: 'durable', isTransaction: true, throws: false });
}
