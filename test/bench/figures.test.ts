import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GOALS } from '../../bench/goals.mjs';
import { areaNames } from '../../bench/harness/areas.mjs';
import { judge, unmeasured } from '../../bench/harness/goals.mjs';
import { toJson, verdict } from '../../bench/harness/report.mjs';
import { median, ratios, summarise } from '../../bench/harness/statistics.mjs';
import { figureText, goalText, ratioText, resultTable } from '../../bench/harness/table.mjs';

describe('the median', () => {
  test('has as many figures below as above, in whatever order they come', () => {
    const figures = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(figures, (numbers) => {
        const middle = median(numbers);
        const below = numbers.filter((number) => number < middle).length;
        const above = numbers.filter((number) => number > middle).length;
        expect(Math.max(below, above)).toBeLessThanOrEqual(numbers.length / 2);
        expect(median(numbers.toReversed())).toBe(middle);
      }),
    );
  });

  test('of an even number of figures is between the two in the middle', () => {
    expect(median([10, 1, 4, 2])).toBe(3);
    expect(() => median([])).toThrow(RangeError);
  });

  test('comes with the spread', () => {
    expect(summarise([5, 1, 100, 4, 7])).toEqual({ median: 5, min: 1, max: 100, mad: 2 });
  });
});

const line = (ours: number[], reference?: number[]) =>
  ({
    row: 'get, 4 KiB',
    against: reference && 'peer',
    unit: 'time',
    clock: 'elapsed',
    ours,
    reference,
  }) as const;

describe('a ratio', () => {
  test('is of each round, so that a slow round changes nothing', () => {
    expect(ratios([2, 20, 2], [1, 10, 1])).toEqual([2, 2, 2]);
    const { ratio } = judge('area', line([2, 20, 3], [1, 10, 1]), []);
    expect(ratio).toEqual({ median: 2, min: 2, max: 3, mad: 0 });
  });
});

describe('a goal', () => {
  const judged = (bound: object) =>
    judge('area', line([3, 3, 3], [2, 2, 2]), [{ area: 'area', row: 'get, *', ...bound }]).met;

  test('is met up to its bound and including it', () => {
    expect(judged({ ratioMax: 1.5 })).toBe(true);
    expect(judged({ ratioMax: 1.49 })).toBe(false);
    expect(judged({ ratioMin: 1.5 })).toBe(true);
    expect(judged({ ratioMin: 1.51 })).toBe(false);
    expect(judged({ max: 3 })).toBe(true);
    expect(judged({ max: 2.9 })).toBe(false);
  });

  test('is of one area, row and reference', () => {
    const goalOf = (goal: object) => {
      const all = { area: 'area', row: 'get, 4 KiB', against: 'peer', ratioMax: 1, ...goal };
      return judge('area', line([1], [1]), [all]).goal;
    };
    expect(goalOf({})).toBeDefined();
    expect(goalOf({ row: 'get*' })).toBeDefined();
    expect(goalOf({ row: 'get' })).toBeUndefined();
    expect(goalOf({ row: 'set*' })).toBeUndefined();
    expect(goalOf({ area: 'other' })).toBeUndefined();
    expect(goalOf({ against: 'other' })).toBeUndefined();
  });

  test('that nothing was measured for is told, unless its area was not asked for', () => {
    const goals = [
      { area: 'area', row: 'get, 4 KiB', ratioMax: 1 },
      { area: 'area', row: 'gone', ratioMax: 1 },
      { area: 'other', row: 'gone', ratioMax: 1 },
    ];
    const results = [judge('area', line([2], [1]), goals)];
    const missing = unmeasured(goals, ['area'], results);
    expect(missing).toEqual([goals[1]]);
    expect(verdict(results, missing).split('\n')).toEqual([
      '0 of 1 figures meet their goal.',
      '  missed: area, get, 4 KiB, against peer',
      '  not measured: area, gone',
    ]);
  });
});

test('the goals declared are of areas that there are, with one bound each', () => {
  const areas = areaNames();
  for (const { area, row, against, ratioMax, ratioMin, max } of GOALS) {
    expect(areas, row).toContain(area);
    expect(
      [ratioMax, ratioMin, max].filter((bound) => bound !== undefined),
      row,
    ).toHaveLength(1);
    expect(against === undefined, row).toBe(max !== undefined);
  }
});

describe('the table', () => {
  test('has a line for each reference, with its goal and whether that is met', () => {
    const goals = [
      { area: 'area', row: 'get, 4 KiB', against: 'peer', ratioMax: 2 },
      { area: 'area', row: 'get, 4 KiB', max: 100 },
    ];
    const results = [
      judge('area', line([3_000, 2_500, 4_000], [1_000, 1_000, 2_000]), goals),
      judge('area', line([512, 512, 512]), goals),
      judge('area', { ...line([5], [4]), row: 'set' }, goals),
    ];
    expect(resultTable(results).split('\n')).toEqual([
      '            against  reference     ours  ratio          spread      goal  met',
      '----------  -------  ---------  -------  -----  --------------  --------  ---',
      'get, 4 KiB  peer       1.00 µs  3.00 µs   2.50      2.00..3.00       ≤ 2   NO',
      'get, 4 KiB  –                –   512 ns      –  512 ns..512 ns  ≤ 100 ns   NO',
      'set         peer       4.00 ns  5.00 ns   1.25      1.25..1.25         –    –',
    ]);
  });

  test('gives figures three digits and their unit', () => {
    expect([0.5, 42.42, 999, 1_234, 45_678, 9_996_000].map((figure) => figureText(figure, 'time'))).toEqual([
      '0.50 ns',
      '42.4 ns',
      '999 ns',
      '1.23 µs',
      '45.7 µs',
      '10.0 ms',
    ]);
    expect([377, 3_100, 860_000, 1.2e6].map((figure) => figureText(figure, 'rate'))).toEqual([
      '377/s',
      '3.10k/s',
      '860k/s',
      '1.20M/s',
    ]);
    expect(figureText(10_240.4, 'bytes')).toBe('10,240 B');
    expect(goalText({ area: '', row: '', ratioMin: 0.75 }, 'rate')).toBe('≥ 0.75');
    expect(goalText({ area: '', row: '', ratioMax: 0.025 }, 'time')).toBe('≤ 0.025');
    expect(goalText({ area: '', row: '', max: 50 }, 'ms')).toBe('≤ 50.0 ms');
    expect([0.0256, 0.1, 12.345].map(ratioText)).toEqual(['0.026', '0.10', '12.35']);
  });
});

test('JSON has every sample', () => {
  const result = judge('area', line([3, 1, 2], [1, 1, 1]), [
    { area: 'area', row: 'get, 4 KiB', ratioMax: 2 },
  ]);
  expect(JSON.parse(JSON.stringify(toJson(result)))).toEqual({
    area: 'area',
    row: 'get, 4 KiB',
    against: 'peer',
    unit: 'time',
    clock: 'elapsed',
    ours: { median: 2, min: 1, max: 3, mad: 1, samples: [3, 1, 2] },
    reference: { median: 1, min: 1, max: 1, mad: 0, samples: [1, 1, 1] },
    ratio: { median: 2, min: 1, max: 3, mad: 1 },
    goal: { ratioMax: 2, met: true },
  });
});
