import { describe, expect, test } from 'vitest';
import { type Area, areaNames, runArea } from '../../bench/harness/areas.mjs';
import { measureRow } from '../../bench/harness/measure.mjs';
import { Random } from '../../bench/harness/random.mjs';
import { repeat, repeatAwaited } from '../../bench/harness/repeat.mjs';

/** A clock that only work moves. */
class Clock {
  ms = 0;
  /** What collecting takes. */
  garbageMs = 0;
  readonly settings = {
    rounds: 5,
    sampleMs: 40,
    warmUpMs: 10,
    warmUpCalls: 10,
    warmUpMsMax: 1_000,
    clocks: { elapsed: () => this.ms, processor: () => this.ms / 2 },
    collectGarbage: () => {
      this.ms += this.garbageMs;
      this.garbageMs = 0;
    },
  };

  /** Work that takes so long a call, and says in `order` when it is done. */
  work(callMs: number, name = '', order: string[] = []) {
    return (calls: number) => {
      order.push(name);
      this.ms += calls * callMs;
    };
  }
}

describe('a row', () => {
  test('gives one figure a round, of ours and of each reference that there is', async () => {
    const clock = new Clock();
    const row = {
      name: 'row',
      unit: 'time',
      items: 10,
      ours: clock.work(2),
      references: { slower: clock.work(4), absent: undefined, same: clock.work(2) },
    } as const;
    const ours = Array(5).fill(200_000);
    expect(await measureRow(row, clock.settings)).toEqual([
      {
        row: 'row',
        against: 'slower',
        unit: 'time',
        clock: 'elapsed',
        ours,
        reference: Array(5).fill(400_000),
      },
      { row: 'row', against: 'same', unit: 'time', clock: 'elapsed', ours, reference: ours },
    ]);
  });

  test('as a rate counts items per second', async () => {
    const clock = new Clock();
    const row = { name: 'row', unit: 'rate', items: 1_000, ours: clock.work(4), references: {} } as const;
    expect(await measureRow(row, clock.settings)).toMatchObject([
      { row: 'row', against: undefined, unit: 'rate', ours: Array(5).fill(250_000), reference: undefined },
    ]);
  });

  test('that waits for nothing is measured in time of the processor', async () => {
    const clock = new Clock();
    const row = {
      name: 'row',
      unit: 'time',
      clock: 'processor',
      ours: clock.work(2),
      references: {},
    } as const;
    const [line] = await measureRow(row, clock.settings);
    expect(line).toMatchObject({ clock: 'processor', ours: Array(5).fill(1e6) });
  });

  test('waits for promises', async () => {
    const clock = new Clock();
    const ours = async (calls: number) => {
      await Promise.resolve();
      clock.ms += calls;
    };
    const [line] = await measureRow({ name: 'row', unit: 'time', ours, references: {} }, clock.settings);
    expect(line?.ours).toEqual(Array(5).fill(1e6));
  });

  test('of another unit takes what the run returns', async () => {
    const figures = [9, 1, 2, 3, 4, 5];
    const ours = () => figures.shift();
    const row = { name: 'row', unit: 'bytes', ours, references: {} } as const;
    const [line] = await measureRow(row, new Clock().settings);
    expect(line?.ours, 'without that of the warm-up').toEqual([1, 2, 3, 4, 5]);
  });

  test('has each run pay for its own garbage', async () => {
    const clock = new Clock();
    const ours = (calls: number) => {
      clock.ms += calls;
      clock.garbageMs += 2 * calls;
    };
    const row = { name: 'row', unit: 'time', ours, references: { reference: clock.work(1) } } as const;
    const [line] = await measureRow(row, clock.settings);
    expect(line).toMatchObject({ ours: Array(5).fill(3e6), reference: Array(5).fill(1e6) });
  });

  test('has its runs take turns, another first in each round', async () => {
    const clock = new Clock();
    const order: string[] = [];
    const ours = clock.work(1, 'ours', order);
    const references = { reference: clock.work(1, 'reference', order) };
    const row = { name: 'row', unit: 'time', slices: 2, ours, references } as const;
    await measureRow(row, clock.settings);
    const turns = ['ours', 'reference', 'ours', 'reference'];
    expect(order.slice(-12)).toEqual([...turns, ...turns.toReversed(), ...turns]);
  });

  test('tells for how long the event loop stood still', async () => {
    const clock = new Clock();
    const references = { reference: clock.work(40) };
    const row = { name: 'row', unit: 'rate', stall: true, ours: clock.work(40), references } as const;
    const lines = await measureRow(row, clock.settings);
    expect(lines.map(({ row, unit }) => [row, unit])).toEqual([
      ['row', 'rate'],
      ['row, stall', 'ms'],
    ]);
    for (const stallMs of [...(lines[1]?.ours ?? []), ...(lines[1]?.reference ?? [])]) {
      expect(stallMs).toBeGreaterThanOrEqual(0);
    }
  });
});

describe('an area', () => {
  const run = (area: Area) => {
    const context = { folder: '', quick: true, random: new Random(1) };
    const goals = [{ area: 'area', row: 'a', against: 'b', ratioMax: 2 }];
    return runArea('area', area, context, new Clock().settings, goals, () => undefined);
  };
  const row = { name: 'a', unit: 'ms', ours: () => 3, references: { b: () => 1 } } as const;

  test('is measured row by row, and judged', async () => {
    const area: Area = {
      title: 'an area',
      async *rows() {
        yield row;
        yield { ...row, name: 'c' };
      },
    };
    const results = await run(area);
    expect(results.map(({ line, ratio, met }) => [line.row, ratio?.median, met])).toEqual([
      ['a', 3, false],
      ['c', 3, undefined],
    ]);
  });

  test('has no two rows of one name', async () => {
    const area: Area = {
      title: 'an area',
      async *rows() {
        yield row;
        yield row;
      },
    };
    await expect(run(area)).rejects.toThrow('two rows a');
  });

  test('is a file of the folder', () => {
    expect(areaNames()).toEqual(expect.arrayContaining(['commit', 'get', 'keys']));
  });
});

describe('a repetition', () => {
  test('goes through the inputs, on from where it left off, and around', () => {
    const seen: string[] = [];
    const run = repeat((input: string) => seen.push(input), ['a', 'b', 'c', 'd']);
    run(3);
    run(6);
    run(0);
    run(1);
    expect(seen.join('')).toBe('abcdabcdab');
  });

  test('awaits each', async () => {
    const seen: string[] = [];
    const operation = async (input: string) => {
      seen.push(`${input} begins`);
      await Promise.resolve();
      seen.push(`${input} ends`);
    };
    await repeatAwaited(operation, ['a', 'b'])(2);
    expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  test.each([0, 3])('refuses %i inputs', (count) => {
    expect(() => repeat(String, Array(count).fill(''))).toThrow(RangeError);
  });
});

test('random numbers are the same each time, and within bounds', () => {
  const draw = () => {
    const random = new Random(1);
    return Array.from({ length: 1_000 }, () => random.below(10));
  };
  expect(draw()).toEqual(draw());
  expect([...new Set(draw())].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(new Random(1).bytes(16)).not.toEqual(new Random(2).bytes(16));
});
