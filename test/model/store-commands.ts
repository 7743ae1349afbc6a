import fc from 'fast-check';
import { expect } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/index.js';
import type { StoreFixture } from '../../src/conformance/index.js';
import { isKeyspaceError } from '../../src/errors.js';
import type { Check, Entry, Fence, KeyRange, Reader, Snapshot, Store, Write } from '../../src/store/index.js';
import {
  type Contents,
  type Hex,
  type HexCheck,
  type HexRange,
  type HexWrite,
  Oracle,
  type Outcome,
  partitionsOf,
  scan,
} from './oracle.js';
import { type CommitPlan, keyOf, PARTITIONS, partitionOf, pick, planOf, rangeOf, settle } from './plans.js';

interface Real {
  store: Store;
  readonly reopen: StoreFixture['reopen'];
  fences: Fence[];
  snapshots: Snapshot[];
}

type StoreCommand = fc.AsyncCommand<Oracle, Real>;

/**
 * Commits issued together, without waiting: each must see those before it. Several at once share no partition,
 * as there only an owner's own commits are in order.
 */
function commitAll(plans: readonly CommitPlan[]): StoreCommand {
  return command(`commit ${JSON.stringify(plans)}`, async (oracle, real) => {
    const outcomes: Promise<Outcome>[] = [];
    const expected: Outcome[] = [];
    for (const plan of plans) {
      const picks = oracle.fences.length === 0 ? [] : plan.fencePicks.map((at) => at % oracle.fences.length);
      const fences = picks.map((at) => oracle.fences[at]!);
      const { shared, checks, writes } = settle(
        plans.length === 1 ? plan : { ...plan, shared: undefined },
        oracle,
        fences,
      );
      outcomes.push(
        outcomeOf(
          real.store.commit({
            fences: picks.map((at) => real.fences[at]!),
            sharedPartition: shared === undefined ? undefined : fromHex(shared),
            checks: checks.map(toCheck),
            writes: writes.map(toWrite),
          }),
        ),
      );
      expected.push(oracle.commit(fences, shared, checks, writes));
    }
    expect(await Promise.all(outcomes)).toEqual(expected);
  });
}

async function outcomeOf(commit: Promise<void>): Promise<Outcome> {
  try {
    await commit;
    return 'done';
  } catch (error) {
    if (isKeyspaceError(error, 'commit.check_failed')) return { checkIndex: error.details.checkIndex };
    if (isKeyspaceError(error, 'commit.fenced')) return error.code as 'commit.fenced';
    if (error instanceof TypeError) return 'TypeError';
    throw error;
  }
}

/** A command of one function: `run` compares the store with the oracle. */
function command(
  name: string,
  run: (oracle: Oracle, real: Real) => Promise<void> | void,
  check: (oracle: Oracle) => boolean = () => true,
): StoreCommand {
  return { check, run: async (oracle, real) => run(oracle, real), toString: () => name };
}

function claim(partition: Hex, epochMin: number | undefined): StoreCommand {
  return command(`claim ${partition} from ${epochMin}`, async (oracle, real) => {
    const fence = await real.store.claim(fromHex(partition), { epochMin });
    real.fences.push(fence);
    expect({ partition: toHex(fence.partition), epoch: fence.epoch }).toEqual(
      oracle.claim(partition, epochMin),
    );
  });
}

/** Reads of the store, or of an open snapshot, which must still be as it was. */
function read(
  name: string,
  at: number | undefined,
  compare: (contents: Contents, reader: Store | Snapshot) => Promise<void>,
): StoreCommand {
  if (at === undefined) return command(name, (oracle, real) => compare(oracle.contents, real.store));
  return command(
    `${name} of snapshot ${at}`,
    (oracle, real) => {
      const index = at % oracle.snapshots.length;
      return compare(oracle.snapshots[index]!, real.snapshots[index]!);
    },
    (oracle) => oracle.snapshots.length > 0,
  );
}

function readKeys(at: number | undefined, partition: Hex, keys: readonly Hex[]): StoreCommand {
  return read(`getMany ${partition} ${keys.join()}`, at, async (contents, reader) => {
    const expected = keys.map((key) => contents.get(`${partition}/${key}`));
    const asked = keys.map(fromHex);
    const owner = fromHex(partition);
    expect((await reader.getMany(owner, asked)).map((value) => value && toHex(value))).toEqual(expected);
    expect(reader.sync?.getMany(owner, asked).map((value) => value && toHex(value)) ?? expected).toEqual(
      expected,
    );
    const first = await reader.get(owner, asked[0]!);
    expect(first && toHex(first)).toBe(expected[0]);
  });
}

function readRange(
  at: number | undefined,
  partition: Hex,
  range: HexRange,
  options: { readonly reverse: boolean; readonly limit: number | undefined },
): StoreCommand {
  const name = `scan ${partition} ${range.begin} to ${range.end} ${JSON.stringify(options)}`;
  return read(name, at, async (contents, reader) => {
    const expected = scan(contents, partition, range);
    if (options.reverse) expected.reverse();
    expected.splice(options.limit ?? expected.length);
    const scanned = (from: Reader | NonNullable<Reader & Store>['sync']) =>
      from?.scan(fromHex(partition), toRange(range), options);
    expect(await pairs(scanned(reader)!)).toEqual(expected);
    expect(await pairs(scanned(reader.sync) ?? [])).toEqual(reader.sync ? expected : []);
  });
}

function readPartitions(at: number | undefined): StoreCommand {
  return read('listPartitions', at, async (contents, reader) => {
    const found: Hex[] = [];
    for await (const partition of reader.listPartitions()) found.push(toHex(partition));
    expect(found).toEqual(partitionsOf(contents));
  });
}

const openSnapshot = (): StoreCommand =>
  command('open snapshot', async (oracle, real) => {
    oracle.snapshots.push(oracle.contents);
    real.snapshots.push(await real.store.snapshot());
  });

const closeSnapshot = (at: number): StoreCommand =>
  command(
    `close snapshot ${at}`,
    (oracle, real) => {
      const index = at % oracle.snapshots.length;
      oracle.snapshots.splice(index, 1);
      for (const snapshot of real.snapshots.splice(index, 1)) snapshot.close();
    },
    (oracle) => oracle.snapshots.length > 0,
  );

/** Entries and epochs stay; snapshots and fences are of the store that is closed. */
const reopen = (): StoreCommand =>
  command('reopen', async (oracle, real) => {
    if (real.reopen === undefined) return;
    for (const snapshot of real.snapshots) snapshot.close();
    await real.store.close();
    real.store = await real.reopen();
    [real.snapshots, real.fences, oracle.snapshots, oracle.fences] = [[], [], [], []];
  });

const commands = [
  ...Array.from({ length: 3 }, () => planOf.map((plan) => commitAll([plan]))),
  fc.array(planOf, { minLength: 2, maxLength: 4 }).map(commitAll),
  fc
    .tuple(partitionOf, fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined, freq: 2 }))
    .map(([partition, epochMin]) => claim(partition, epochMin)),
  fc
    .tuple(fc.option(pick, { nil: undefined }), partitionOf, fc.array(keyOf, { minLength: 1, maxLength: 6 }))
    .map(([at, partition, keys]) => readKeys(at, partition, keys)),
  fc
    .tuple(
      fc.option(pick, { nil: undefined }),
      partitionOf,
      rangeOf,
      fc.record({ reverse: fc.boolean(), limit: fc.option(fc.nat({ max: 4 }), { nil: undefined }) }),
    )
    .map(([at, partition, range, options]) => readRange(at, partition, range, options)),
  fc.option(pick, { nil: undefined }).map(readPartitions),
  fc.constant(openSnapshot()),
  pick.map(closeSnapshot),
  fc.constant(reopen()),
];

/** Runs random commands on stores and the oracle side by side, and compares everything at the end. */
export async function assertStoreModel(
  open: () => Promise<StoreFixture>,
  { runs, commandsMax }: { readonly runs: number; readonly commandsMax: number },
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: commandsMax, size: 'max' }), async (sequence) => {
      const fixture = await open();
      const real: Real = { store: fixture.store, reopen: fixture.reopen, fences: [], snapshots: [] };
      const oracle = new Oracle();
      try {
        await fc.asyncModelRun(() => ({ model: oracle, real }), sequence);
        for (const partition of PARTITIONS) {
          const all = { begin: '', end: undefined };
          await readRange(undefined, partition, all, { reverse: false, limit: undefined }).run(oracle, real);
        }
      } finally {
        for (const snapshot of real.snapshots) snapshot.close();
        await real.store.close();
        await fixture.dispose?.();
      }
    }),
    { numRuns: runs },
  );
}

async function pairs(entries: AsyncIterable<Entry> | Iterable<Entry>): Promise<[Hex, Hex][]> {
  const found: [Hex, Hex][] = [];
  for await (const { key, value } of entries) found.push([toHex(key), toHex(value)]);
  return found;
}

function toRange({ begin, end }: HexRange): KeyRange {
  return { begin: fromHex(begin), end: end === undefined ? undefined : fromHex(end) };
}

function toCheck({ partition, key, value }: HexCheck): Check {
  const wanted = value === undefined ? undefined : fromHex(value);
  return { partition: fromHex(partition), key: fromHex(key), value: wanted };
}

function toWrite(write: HexWrite): Write {
  const partition = fromHex(write.partition);
  switch (write.type) {
    case 'set':
      return { type: 'set', partition, key: fromHex(write.key), value: fromHex(write.value) };
    case 'delete':
      return { type: 'delete', partition, key: fromHex(write.key) };
    case 'clearRange':
      return { type: 'clearRange', partition, range: toRange(write.range) };
  }
}
