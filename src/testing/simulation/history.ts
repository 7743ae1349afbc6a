import { SimulationFailure, type SimulationProblem } from './failure.js';

/** One thing that happened. */
export interface SimulationEvent {
  /** In which step, counted from 1. */
  readonly step: number;
  readonly text: string;
}

/** How often what happened. */
export interface SimulationCounts {
  /** Single calls, and transactions, that were issued. */
  operations: number;
  transactions: number;
  /** Commits that were told to be durable, and calls that were refused. */
  acknowledged: number;
  refused: number;
  /** Of those, the ones for want of quota. */
  overQuota: number;
  /** Operations of stores that met a fault. */
  faults: number;
  /** Processes that died, with everything they had open. */
  crashes: number;
  /** Actors opened, those of them that had an owner, and actors deleted. */
  opened: number;
  takeovers: number;
  deleted: number;
  /** Handles that a failed commit ended. */
  failedOwners: number;
  clockJumps: number;
  /** Comparisons of everything stored of an actor. */
  checks: number;
}

const EVENTS_SHOWN = 40;

/** What happened so far, and the first thing found wrong. */
export class History {
  readonly seed: string;
  readonly counts: SimulationCounts = {
    operations: 0,
    transactions: 0,
    acknowledged: 0,
    refused: 0,
    overQuota: 0,
    faults: 0,
    crashes: 0,
    opened: 0,
    takeovers: 0,
    deleted: 0,
    failedOwners: 0,
    clockJumps: 0,
    checks: 0,
  };
  step = 0;
  /** Grows with everything that happens, noted or not. */
  activity = 0;
  readonly #reproduction: string;
  readonly #onEvent: (event: SimulationEvent) => void;
  readonly #last: string[] = [];
  #failure: SimulationFailure | undefined;

  constructor(seed: string, reproduction: string, onEvent: (event: SimulationEvent) => void) {
    this.seed = seed;
    this.#reproduction = reproduction;
    this.#onEvent = onEvent;
  }

  note(text: string): void {
    this.#last.push(`${this.step} ${text}`);
    if (this.#last.length > EVENTS_SHOWN) this.#last.shift();
    this.#onEvent({ step: this.step, text });
  }

  /** Keeps the first problem, until `assertSound`. */
  report(problem: SimulationProblem): void {
    this.#failure ??= new SimulationFailure(problem, {
      seed: this.seed,
      step: this.step,
      events: [...this.#last],
      reproduction: this.#reproduction,
    });
  }

  /** @throws {SimulationFailure} The first problem. */
  assertSound(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}
