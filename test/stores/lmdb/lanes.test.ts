import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Lanes, type Place } from '../../../src/stores/lmdb/lanes.js';

interface Job extends Place {
  readonly fails: boolean;
}

const job: fc.Arbitrary<Job> = fc
  .tuple(fc.shuffledSubarray(['a', 'b', 'c'], { minLength: 1 }), fc.nat(3), fc.boolean())
  .map(([names, aloneCount, fails]) => ({
    alone: names.slice(0, aloneCount),
    shared: names.slice(aloneCount),
    fails,
  }));

function namesOf({ shared, alone }: Place): string[] {
  return [...shared, ...alone];
}

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
      const underWay = new Set<number>();
      const settled: Promise<unknown>[] = [];
      for (const [index, current] of jobs.entries()) {
        const disturbs = (other: number) =>
          namesOf(jobs[other]!).some((name) => current.alone.includes(name));
        const run = async () => {
          expect([...underWay].filter(disturbs)).toEqual([]);
          begun.push(index);
          underWay.add(index);
          try {
            await engine.run(current);
          } finally {
            underWay.delete(index);
          }
        };
        settled.push(Promise.allSettled([lanes.run(current, run)]));
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
      for (const lane of ['a', 'b', 'c']) {
        const order = begun.filter((index) => namesOf(jobs[index]!).includes(lane));
        expect(order).toEqual([...order].sort((a, b) => a - b));
      }
    }),
  );
});

test('a lane that waits does not hold up another', async () => {
  const lanes = new Lanes();
  const never = new Promise<void>(() => {});
  void lanes.run({ shared: ['a'], alone: [] }, () => never);
  void lanes.run({ shared: [], alone: ['a'] }, () => never);
  let ran = false;
  await lanes.run({ shared: [], alone: ['b'] }, async () => {
    ran = true;
  });
  expect(ran).toBe(true);
});

test('after one that runs alone, jobs run side by side again although the lane never empties', async () => {
  const lanes = new Lanes();
  const engine = new Engine();
  let begun = 0;
  const issue = (place: Place) =>
    lanes.run(place, () => {
      begun++;
      return engine.run({ ...place, fails: false });
    });
  const shared = { shared: ['a'], alone: [] };
  void issue(shared);
  const alone = issue({ shared: [], alone: ['a'] });
  const others = Array.from({ length: 5 }, () => issue(shared));
  expect(begun).toBe(1);
  engine.settleNext();
  await Promise.resolve();
  // What waited begins as soon as the one that ran alone is queued, and what comes then does not wait.
  expect(begun).toBe(7);
  others.push(issue(shared));
  expect(begun).toBe(8);
  for (let i = 0; i < 7; i++) engine.settleNext();
  await Promise.all([alone, ...others]);
});
