import { inspect } from 'node:util';

export interface SimulationProblem {
  readonly what: string;
  readonly expected?: unknown;
  readonly found?: unknown;
}

/** A simulation found the library, or a workload, wrong. The message says everything there is to say. */
export class SimulationFailure extends Error {
  readonly seed: string;
  /** In which step, counted from 1. */
  readonly step: number;
  readonly expected: unknown;
  readonly found: unknown;
  /** The last events, oldest first. */
  readonly events: readonly string[];
  /** One line of code that repeats it. */
  readonly reproduction: string;

  static {
    Object.defineProperty(SimulationFailure.prototype, 'name', { value: 'SimulationFailure' });
  }

  constructor(
    { what, expected, found }: SimulationProblem,
    at: { seed: string; step: number; events: readonly string[]; reproduction: string },
  ) {
    const lines = [
      `step ${at.step} of seed ${at.seed}: ${what}`,
      `  expected: ${shown(expected)}`,
      `  found:    ${shown(found)}`,
      'the last events:',
      ...at.events.map((event) => `  ${event}`),
      `reproduce: ${at.reproduction}`,
    ];
    super(lines.join('\n'), found instanceof Error ? { cause: found } : undefined);
    this.seed = at.seed;
    this.step = at.step;
    this.expected = expected;
    this.found = found;
    this.events = at.events;
    this.reproduction = at.reproduction;
  }
}

function shown(value: unknown): string {
  if (value instanceof Error) return 'code' in value ? `${value.code}: ${value.message}` : String(value);
  if (typeof value === 'string') return value;
  return inspect(value, { depth: 8, breakLength: 110 }).replaceAll('\n', '\n            ');
}
