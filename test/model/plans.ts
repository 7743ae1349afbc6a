import fc from 'fast-check';
import type { Hex, HexCheck, HexFence, HexRange, HexWrite, Oracle } from './oracle.js';

export const PARTITIONS = ['026100', '02610100', '0261ff00', '14'];

export const partitionOf = fc.constantFrom(...PARTITIONS);
const hexOf = (minLength: number, maxLength: number) =>
  fc.array(fc.constantFrom('00', '01', '61', 'ff'), { minLength, maxLength }).map((bytes) => bytes.join(''));
export const keyOf = hexOf(1, 3);
const shortValueOf = hexOf(0, 2);
export const rangeOf: fc.Arbitrary<HexRange> = fc.record({
  begin: hexOf(0, 3),
  end: fc.option(hexOf(0, 3), { nil: undefined }),
});
/** Picks one of however many there are by then. */
export const pick = fc.nat({ max: 1_000 });

const writeOf: fc.Arbitrary<HexWrite> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('set'),
      partition: partitionOf,
      key: keyOf,
      value: shortValueOf,
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('delete'), partition: partitionOf, key: keyOf }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('clearRange'), partition: partitionOf, range: rangeOf }),
  },
);

export interface CommitPlan {
  readonly fencePicks: readonly number[];
  readonly shared: Hex | undefined;
  /** Leaves writes and checks where they are, even if the fences do not cover that. */
  readonly isStray: boolean;
  /** `holds`: the check asks for what is there. */
  readonly checks: readonly { partition: Hex; key: Hex; value: Hex | undefined; holds: boolean }[];
  readonly writes: readonly HexWrite[];
}

const rarely = fc.nat({ max: 9 }).map((roll) => roll === 0);

export const planOf = fc.record<CommitPlan>({
  fencePicks: fc.array(pick, { maxLength: 2 }),
  shared: fc.option(partitionOf, { nil: undefined }),
  isStray: rarely,
  checks: fc.array(
    fc.record({
      partition: partitionOf,
      key: keyOf,
      value: fc.option(shortValueOf, { nil: undefined }),
      holds: rarely.map((not) => !not),
    }),
    { maxLength: 2 },
  ),
  writes: fc.array(writeOf, { maxLength: 8 }),
});

/** What a plan comes to for these fences and contents. */
export function settle(
  { shared, isStray, checks, writes }: CommitPlan,
  { contents }: Oracle,
  fences: readonly HexFence[],
) {
  const open = [...fences.map(({ partition }) => partition), ...(shared ? [shared] : [])];
  const place = <T extends { partition: Hex }>(item: T): T =>
    isStray || fences.length === 0
      ? item
      : { ...item, partition: open[PARTITIONS.indexOf(item.partition) % open.length]! };
  return {
    shared,
    writes: writes.map(place),
    checks: checks.map(place).map(({ partition, key, value, holds }): HexCheck => {
      return { partition, key, value: holds ? contents.get(`${partition}/${key}`) : value };
    }),
  };
}
