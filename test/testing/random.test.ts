import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../src/testing/index.js';

const UINT32 = 2n ** 32n;

/** The published definition of xoshiro128**, in arithmetic that cannot overflow. */
function reference(state: readonly bigint[], count: number): number[] {
  const rotate = (word: bigint, bits: bigint) => ((word << bits) | (word >> (32n - bits))) % UINT32;
  let [s0, s1, s2, s3] = state as [bigint, bigint, bigint, bigint];
  return Array.from({ length: count }, () => {
    const result = Number((rotate((s1 * 5n) % UINT32, 7n) * 9n) % UINT32);
    const t = (s1 << 9n) % UINT32;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= t;
    s3 = rotate(s3, 11n);
    return result;
  });
}

test('the numbers are those of xoshiro128** from the hash of the seed', () => {
  // The first outputs from the state 1, 2, 3, 4, as others that implement it have them.
  expect(reference([1n, 2n, 3n, 4n], 4)).toEqual([11520, 0, 5927040, 70819200]);
  fc.assert(
    fc.property(fc.string(), (seed) => {
      const digest = createHash('sha256').update(seed).digest();
      const words = [0, 4, 8, 12].map((at) => BigInt(digest.readUInt32LE(at)));
      const random = new Random(seed);
      for (const expected of reference(words, 50)) expect(random.uint32()).toBe(expected);
    }),
  );
});

test('a seed decides everything, as a number or as its text', () => {
  const draw = (random: Random) => [
    random.float(),
    random.integer(7),
    random.pick(['a', 'b', 'c']),
    random.shuffle([1, 2, 3, 4, 5]),
    random.bytes(9),
    random.chance(0.5),
  ];
  expect(draw(new Random(12))).toEqual(draw(new Random('12')));
  expect(draw(new Random(12))).not.toEqual(draw(new Random(13)));
});

test('a fork depends on the seed and the label, and not on what was drawn', () => {
  const random = new Random('seed');
  const first = random.fork('label').uint32();
  random.uint32();
  expect(random.fork('label').uint32()).toBe(first);
  expect(random.fork('other').uint32()).not.toBe(first);
  expect(new Random('seed').fork('label').uint32()).toBe(first);
});

test('what is drawn is what was asked for, and all of it', () => {
  const random = new Random(1);
  const drawn = Array.from({ length: 2_000 }, () => random.integer(6));
  expect(new Set(drawn)).toEqual(new Set([0, 1, 2, 3, 4, 5]));
  for (let i = 0; i < 1_000; i++) {
    const float = random.float();
    expect(float >= 0 && float < 1).toBe(true);
  }
  expect(random.integer(1)).toBe(0);
  expect(random.integer(2 ** 32)).toBeGreaterThan(0);
  expect([...random.shuffle([3, 1, 2])].sort()).toEqual([1, 2, 3]);
  expect(random.bytes(5)).toHaveLength(5);
  expect(random.chance(0)).toBe(false);
  expect(random.chance(1)).toBe(true);
});

test('no number is likelier than another where they do not divide the range', () => {
  const random = new Random(3);
  const drawn = Array.from({ length: 3_000 }, () => random.integer(3 * 2 ** 30));
  // Half of them, if what is left over at the end of the range were used too.
  const inFirstThird = drawn.filter((number) => number < 2 ** 30).length;
  expect(inFirstThird).toBeGreaterThan(900);
  expect(inFirstThird).toBeLessThan(1_100);
});

test('weights are how often an item comes, and 0 is never', () => {
  const random = new Random(2);
  const counts = { often: 0, seldom: 0, never: 0 };
  for (let i = 0; i < 4_000; i++) {
    const weighted = [
      [0, 'never'],
      [9, 'often'],
      [1, 'seldom'],
      [0, 'never'],
    ] as const;
    counts[random.weighted(weighted)]++;
  }
  expect(counts.never).toBe(0);
  expect(counts.often / counts.seldom).toBeGreaterThan(7);
  expect(counts.often / counts.seldom).toBeLessThan(11);
});

test.each<[string, () => unknown]>([
  ['a count of 0', () => new Random(1).integer(0)],
  ['a count that is no whole number', () => new Random(1).integer(1.5)],
  ['a count above 2^32', () => new Random(1).integer(2 ** 32 + 1)],
  ['no items', () => new Random(1).pick([])],
  ['no weights', () => new Random(1).weighted([])],
  ['weights that are all 0', () => new Random(1).weighted([[0, 'a']])],
  ['a negative weight', () => new Random(1).weighted([[-1, 'a']])],
  ['a weight that is no number', () => new Random(1).weighted([[Number.NaN, 'a']])],
])('%s is refused', (_, draw) => {
  expect(draw).toThrow(RangeError);
});
