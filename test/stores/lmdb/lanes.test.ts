import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Lanes } from '../../../src/stores/lmdb/lanes.js';

interface Job {
  readonly lanes: readonly string[];
  readonly alone: boolean;
  readonly fails: boolean;
}

const job: fc.Arbitrary<Job> = fc.record({
  lanes: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 2 }),
  alone: fc.boolean(),
  fails: fc.boolean(),
});

/** What the engine does: jobs settle in the order they were queued, when told to, or at once if refused. */
class Engine {
  readonly #queue: (() => void)[] = [];

  run({ fails }: Job): Promise<void> {
    if (fails) return Promise.reject(new Error('refused'));
    return new Promise((resolve) => {
      this.#queue.push(resolve);
    });
  }

  settleNext(): void {
    this.#queue.shift()?.();
  }
}

test('jobs of a lane begin in order, and one that runs alone begins with nothing of its lanes under way', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(job, { maxLength: 30 }), fc.array(fc.boolean()), async (jobs, pauses) => {
      const lanes = new Lanes();
      const engine = new Engine();
      const begun: number[] = [];
      let settlements = 0;
      const underWay = new Set<number>();
      const settled: Promise<unknown>[] = [];
      for (const [index, current] of jobs.entries()) {
        const shares = (other: number) => jobs[other]!.lanes.some((lane) => current.lanes.includes(lane));
        const run = async () => {
          if (current.alone) expect([...underWay].filter(shares)).toEqual([]);
          begun.push(index);
          underWay.add(index);
          try {
            await engine.run(current);
          } finally {
            underWay.delete(index);
          }
        };
        const done = lanes.run(current.lanes, current.alone, run, () => {
          settlements++;
        });
        settled.push(Promise.allSettled([done]));
        if (pauses[index]) {
          engine.settleNext();
          await Promise.resolve();
        }
      }
      const all = Promise.all(settled);
      let finished = false;
      void all.then(() => {
        finished = true;
      });
      while (!finished) {
        engine.settleNext();
        await Promise.resolve();
      }
      expect([...begun].sort((a, b) => a - b)).toEqual(jobs.map((_, i) => i));
      expect(settlements).toBe(jobs.length);
      for (const lane of ['a', 'b', 'c']) {
        const order = begun.filter((index) => jobs[index]!.lanes.includes(lane));
        expect(order).toEqual([...order].sort((a, b) => a - b));
      }
    }),
  );
});

test('a lane that waits does not hold up another', async () => {
  const lanes = new Lanes();
  const never = new Promise<void>(() => {});
  const nothing = () => {};
  void lanes.run(['a'], false, () => never, nothing);
  void lanes.run(['a'], true, () => never, nothing);
  let ran = false;
  const run = async () => {
    ran = true;
  };
  await lanes.run(['b'], true, run, nothing);
  expect(ran).toBe(true);
});
