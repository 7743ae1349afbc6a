import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  ActorWorld,
  type Durability,
  KEYS,
  type Nested,
  type Op,
  type Part,
  type Settling,
} from './actor-world.js';

const key = fc.constantFrom(...KEYS);
const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('set' as const), key }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('delete' as const), key }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('clear' as const), prefix: key }) },
);
const verdict: fc.Arbitrary<Settling['verdict']> = fc.oneof(
  { weight: 12, arbitrary: fc.constant('apply' as const) },
  { weight: 1, arbitrary: fc.constantFrom('fail', 'lose the reply', 'apply and lose the reply') },
);
const settling: fc.Arbitrary<Settling> = fc.record({
  type: fc.constant('settle'),
  verdict,
  which: fc.nat(3),
});
const nested: fc.Arbitrary<Nested> = fc.record({
  type: fc.constant('nested'),
  ops: fc.array(op, { maxLength: 3 }),
  throws: fc.boolean(),
});
const part: fc.Arbitrary<Part> = fc.oneof(
  { weight: 6, arbitrary: op },
  { weight: 3, arbitrary: nested },
  { weight: 3, arbitrary: settling },
  { weight: 1, arbitrary: fc.constant({ type: 'supersede' as const }) },
);
const durability = fc.constantFrom<Durability>('durable', 'deferred');
const rarely = fc.nat(4).map((n) => n === 0);

type Step = fc.AsyncCommand<object, ActorWorld>;

function step<Args extends unknown[]>(
  name: string,
  args: { [Index in keyof Args]: fc.Arbitrary<Args[Index]> },
  run: (world: ActorWorld, ...given: Args) => Promise<void>,
): fc.Arbitrary<Step> {
  return fc.tuple<Args>(...args).map((given) => ({
    check: () => true,
    run: (_model, world) => run(world, ...given),
    toString: () => `${name} ${JSON.stringify(given)}`,
  }));
}

const write = step('write', [op, durability], (world, ...given) => world.write(...given));
const transaction = step(
  'transaction',
  [fc.array(part, { maxLength: 6 }), rarely, durability],
  (world, ...given) => world.transaction(...given),
);
const settle = step('settle', [settling], (world, given) => world.settle(given));
const steps: fc.Arbitrary<Step>[] = [
  write,
  write,
  write,
  transaction,
  transaction,
  settle,
  settle,
  settle,
  step('writeLate', [op, durability, fc.nat(3)], (world, ...given) => world.writeLate(...given)),
  step('readWhileSettling', [fc.constantFrom('scan', 'getMany'), fc.nat(3)], (world, ...given) =>
    world.readWhileSettling(...given),
  ),
  step('writeWhileScanning', [fc.array(op, { maxLength: 3 }), fc.boolean()], (world, ...given) =>
    world.writeWhileScanning(...given),
  ),
  step('supersede', [], (world) => world.supersede()),
  step('awaitDurable', [], (world) => world.awaitDurable()),
];

for (const synchronousReads of [true, false]) {
  const name = synchronousReads ? 'with' : 'without';
  test(`an actor on a store ${name} synchronous reads, through failures, losses and takeovers`, async () => {
    const property = fc.asyncProperty(fc.commands(steps, { maxCommands: 40 }), async (commands) => {
      const world = await ActorWorld.open(synchronousReads);
      await fc.asyncModelRun(() => ({ model: {}, real: world }), commands);
      await world.end();
    });
    await fc.assert(property, { numRuns: Number(process.env.ACTOR_MODEL_RUNS ?? 300) });
    expect.hasAssertions();
  });
}
