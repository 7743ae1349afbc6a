import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { isKeyspaceError } from '../../src/errors.js';
import { type Commit, rootedStore, type Snapshot, WHOLE_PARTITION } from '../../src/store/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import {
  type CallEvent,
  type FaultPlan,
  FaultStore,
  InjectedFault,
  injectedFault,
  Random,
  type ScriptedFault,
  SimulatedClock,
  seededFaults,
} from '../../src/testing/index.js';
import { bytes, PARTITION, scanned } from '../actor/support.js';
import { collect } from '../keyspace/support.js';

const clock = new SimulatedClock();

function writing(...entries: readonly [string, string][]): Commit {
  const set = ([key, value]: [string, string]) =>
    ({ type: 'set', partition: PARTITION, key: bytes(key), value: bytes(value) }) as const;
  return { writes: entries.map(set) };
}

function faulty(plan: FaultPlan | readonly ScriptedFault[], memory = new MemoryStore()) {
  const events: CallEvent[] = [];
  const store = new FaultStore(memory, { plan, clock, onEvent: (event) => events.push(event) });
  return { store, memory, events, stored: () => scanned(memory.scan(PARTITION, WHOLE_PARTITION)) };
}

/** What has become of it by now. */
async function soFar<T>(promise: Promise<T>): Promise<unknown> {
  let outcome: unknown = 'open';
  promise.then(
    (value) => {
      outcome = value === undefined ? 'done' : value;
    },
    (error) => {
      outcome = isKeyspaceError(error) ? error.code : error;
    },
  );
  for (let i = 0; i < 3; i++) await setImmediate();
  return outcome;
}

describe('a fault in the n-th commit', () => {
  const faults: ['fail' | 'lose' | 'applyThenFail' | 'duplicate', string, string][] = [
    ['fail', 'store.failed', 'before'],
    ['lose', 'commit.unknown', 'before'],
    ['applyThenFail', 'commit.unknown', 'after'],
    ['duplicate', 'done', 'after'],
  ];

  test.each(faults)('%s: the caller is told %s, and the store is as %s', async (fault, told, as) => {
    const { store, stored, events } = faulty([{ operation: 'commit', nth: 2, fault }]);
    await store.commit(writing(['a', '1']));
    expect(await soFar(store.commit(writing(['a', '2'])))).toBe(told);
    expect(await stored()).toEqual([['a', as === 'after' ? '2' : '1']]);
    const deliveredCount = events.filter(({ type, call }) => type === 'delivered' && call.nth === 2).length;
    expect(deliveredCount).toBe({ fail: 0, lose: 0, applyThenFail: 1, duplicate: 2 }[fault]);
    await store.commit(writing(['a', '3']));
    expect(await stored()).toEqual([['a', '3']]);
  });

  test('applyWrites: only its first writes are applied, as no correct store does', async () => {
    const { store, stored } = faulty([{ operation: 'commit', nth: 1, fault: { applyWrites: 2 } }]);
    expect(await soFar(store.commit(writing(['a', '1'], ['b', '1'], ['c', '1'])))).toBe('store.failed');
    expect(await stored()).toEqual([
      ['a', '1'],
      ['b', '1'],
    ]);
  });

  test('delayMs: it reaches the store when the time has come, and others overtake it', async () => {
    const { store, stored } = faulty([{ operation: 'commit', nth: 1, fault: { delayMs: 10 } }]);
    const slow = store.commit(writing(['a', 'slow']));
    await store.commit(writing(['a', 'quick']));
    clock.advance(9);
    expect([await soFar(slow), store.waiting.length]).toEqual(['open', 1]);
    clock.advance(1);
    expect([await soFar(slow), store.waiting.length]).toEqual(['done', 0]);
    expect(await stored()).toEqual([['a', 'slow']]);
  });

  test('hang: it waits until it is released', async () => {
    const { store, stored } = faulty([{ operation: 'commit', nth: 1, fault: 'hang' }]);
    const hanging = store.commit(writing(['a', '1']));
    expect([await soFar(hanging), await stored()]).toEqual(['open', []]);
    store.release();
    expect([await soFar(hanging), await stored()]).toEqual(['done', [['a', '1']]]);
  });

  test('delayMs: released, it does not wait for its time', async () => {
    const { store } = faulty([{ operation: 'commit', nth: 1, fault: { delayMs: 10 } }]);
    const delayed = store.commit(writing(['a', '1']));
    store.release();
    expect([await soFar(delayed), clock.pendingCount]).toEqual(['done', 0]);
  });

  test('a duplicate of a fenced commit changes nothing after a claim in between', async () => {
    const { store, memory, stored } = faulty([{ operation: 'commit', nth: 1, fault: 'duplicate' }]);
    const fence = await store.claim(PARTITION);
    const claiming = memory.claim(PARTITION);
    const late = store.commit({ fences: [fence], ...writing(['a', '1']) });
    await claiming;
    expect([await soFar(late), await stored()]).toEqual(['commit.fenced', []]);
  });

  test('a duplicate that its first has made untrue is done all the same', async () => {
    const { store, stored } = faulty([{ operation: 'commit', nth: 1, fault: 'duplicate' }]);
    const checks = [{ partition: PARTITION, key: bytes('a'), value: undefined }];
    expect(await soFar(store.commit({ checks, ...writing(['a', '1']) }))).toBe('done');
    expect(await stored()).toEqual([['a', '1']]);
  });
});

describe('a fault in the n-th claim', () => {
  test('fail: nobody is superseded', async () => {
    const { store } = faulty([{ operation: 'claim', nth: 2, fault: 'fail' }]);
    const fence = await store.claim(PARTITION);
    expect(await soFar(store.claim(PARTITION))).toBe('store.failed');
    expect(await soFar(store.commit({ fences: [fence], writes: [] }))).toBe('done');
  });

  test('applyThenFail: the owner before is superseded by nobody it could ask', async () => {
    const { store } = faulty([{ operation: 'claim', nth: 2, fault: 'applyThenFail' }]);
    const fence = await store.claim(PARTITION);
    expect(await soFar(store.claim(PARTITION))).toBe('store.failed');
    expect(await soFar(store.commit({ fences: [fence], writes: [] }))).toBe('commit.fenced');
    expect((await store.claim(PARTITION)).epoch).toBe(3);
  });

  test.each(['lose', 'duplicate', { applyWrites: 1 }] as const)(
    '%j is no fault of a claim',
    async (fault) => {
      const { store } = faulty(({ operation }) => (operation === 'claim' ? fault : undefined));
      await expect(store.claim(PARTITION)).rejects.toThrow(TypeError);
    },
  );
});

describe('a fault in a read', () => {
  const KEYS = [bytes('a'), bytes('b')];
  const reads: [string, (store: FaultStore) => Promise<unknown>][] = [
    ['get', (store) => store.get(PARTITION, bytes('a'))],
    ['getMany', (store) => store.getMany(PARTITION, KEYS)],
    ['getSizes', (store) => store.getSizes(PARTITION, KEYS)],
    ['scan', (store) => collect(store.scan(PARTITION, WHOLE_PARTITION))],
    ['next', (store) => collect(store.scan(PARTITION, WHOLE_PARTITION))],
    ['scanSizes', (store) => collect(store.scanSizes(PARTITION, WHOLE_PARTITION))],
    ['listPartitions', (store) => collect(store.listPartitions())],
    ['snapshot', (store) => store.snapshot()],
    ['get', async (store) => (await store.snapshot()).get(PARTITION, bytes('a'))],
    ['scan', async (store) => collect((await store.snapshot()).scan(PARTITION, WHOLE_PARTITION))],
    ['listPartitions', async (store) => collect((await store.snapshot()).listPartitions())],
    ['get', async (store) => store.sync?.get(PARTITION, bytes('a'))],
    ['getMany', async (store) => store.sync?.getMany(PARTITION, KEYS)],
    ['getSizes', async (store) => store.sync?.getSizes(PARTITION, KEYS)],
    ['scan', async (store) => [...(store.sync?.scan(PARTITION, WHOLE_PARTITION) ?? [])]],
    ['next', async (store) => [...(store.sync?.scan(PARTITION, WHOLE_PARTITION) ?? [])]],
    ['scanSizes', async (store) => [...(store.sync?.scanSizes(PARTITION, WHOLE_PARTITION) ?? [])]],
    ['get', async (store) => (await store.snapshot()).sync?.get(PARTITION, bytes('a'))],
  ];

  test.each(reads)('fail: the first %s fails and the second does not (%#)', async (operation, read) => {
    const script = [{ operation, nth: 1, fault: 'fail' }] as ScriptedFault[];
    const { store } = faulty(script);
    await store.commit(writing(['a', '1'], ['b', '1']));
    const error = await read(store).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'store.failed', details: { operation } });
    expect(injectedFault(error)).toMatchObject({ operation, nth: 1, fault: 'fail' });
    await read(store);
  });

  test.each(reads)('delayMs: %s waits, if it can (%#)', async (operation, read) => {
    const isSync = read.toString().includes('sync?.');
    const { store } = faulty([{ operation, nth: 1, fault: { delayMs: 5 } }] as ScriptedFault[]);
    await store.commit(writing(['a', '1'], ['b', '1']));
    const reading = read(store);
    expect((await soFar(reading)) === 'open').toBe(!isSync);
    clock.advance(5);
    await reading;
  });
});

describe('a cut', () => {
  test('lets nothing more through, whoever asks', async () => {
    const { store, stored, events } = faulty([{ operation: 'any', nth: 2, fault: 'cut' }]);
    await store.commit(writing(['a', '1']));
    expect(await soFar(store.get(PARTITION, bytes('a')))).toBe('store.failed');
    expect(store.isCut).toBe(true);
    const before = events.filter(({ type }) => type === 'delivered').length;
    expect(await soFar(store.commit(writing(['a', '2'])))).toBe('store.failed');
    expect(await soFar(store.claim(PARTITION))).toBe('store.failed');
    expect(await soFar(store.snapshot())).toBe('store.failed');
    expect(() => store.sync?.get(PARTITION, bytes('a'))).toThrow(
      expect.objectContaining({ code: 'store.failed' }),
    );
    expect(events.filter(({ type }) => type === 'delivered')).toHaveLength(before);
    expect(await stored()).toEqual([['a', '1']]);
  });

  test('refuses what waits, and leaves open what became of what the store has', async () => {
    const memory = new MemoryStore({ synchronousReads: false });
    const { store, stored } = faulty([{ operation: 'commit', nth: 2, fault: 'hang' }], memory);
    const outcomes = [
      soFar(store.commit(writing(['a', 'delivered']))),
      soFar(store.commit(writing(['b', 'waiting']))),
      soFar(store.get(PARTITION, bytes('a'))),
      soFar(store.snapshot()),
    ];
    store.cut();
    expect(await Promise.all(outcomes)).toEqual([
      'commit.unknown',
      'store.failed',
      'store.failed',
      'store.failed',
    ]);
    store.release();
    expect(await stored()).toEqual([['a', 'delivered']]);
    expect(store.deliveredCount).toBe(0);
  });

  test('closes a snapshot that comes too late', async () => {
    const memory = new MemoryStore();
    const opened: Snapshot[] = [];
    const open = memory.snapshot.bind(memory);
    memory.snapshot = async () => {
      opened.push(await open());
      return opened[0] as Snapshot;
    };
    const { store } = faulty([], memory);
    const snapshot = soFar(store.snapshot());
    store.cut();
    expect(await snapshot).toBe('store.failed');
    await expect(opened[0]?.get(PARTITION, bytes('a'))).rejects.toMatchObject({ code: 'store.closed' });
  });

  test('ends a scan under way', async () => {
    const { store } = faulty([]);
    await store.commit(writing(['a', '1'], ['b', '1']));
    const scan = store.scan(PARTITION, WHOLE_PARTITION)[Symbol.asyncIterator]();
    await scan.next();
    store.cut();
    await expect(scan.next()).rejects.toMatchObject({ code: 'store.failed' });
  });

  test('of one connection leaves the others of the store alone', async () => {
    const memory = new MemoryStore();
    const [one, other] = [faulty([], memory).store, faulty([], memory).store];
    const fence = await one.claim(PARTITION);
    one.cut();
    await other.commit({ fences: [fence], ...writing(['a', '1']) });
    expect(await soFar(one.commit(writing(['a', '2'])))).toBe('store.failed');
  });
});

test('closing refuses what waits', async () => {
  const { store } = faulty([{ operation: 'commit', nth: 1, fault: 'hang' }]);
  const hanging = store.commit(writing(['a', '1']));
  await store.close();
  expect(await soFar(hanging)).toBe('store.closed');
});

test('the log has the last operations and what became of them', async () => {
  const plan: ScriptedFault[] = [
    { operation: 'commit', nth: 1, fault: 'lose' },
    { operation: 'claim', nth: 1, fault: 'hang' },
  ];
  const store = new FaultStore(new MemoryStore(), { plan, logLength: 3 });
  await store.get(PARTITION, bytes('dropped from the log'));
  await store.commit(writing(['a', '1'])).catch(() => {});
  store.claim(PARTITION);
  await store.get(PARTITION, bytes('a'));
  expect(store.log).toEqual([
    { operation: 'commit', nth: 1, fault: 'lose', outcome: 'commit.unknown' },
    { operation: 'claim', nth: 1, fault: 'hang', outcome: 'waiting' },
    { operation: 'get', nth: 2, fault: undefined, outcome: 'done' },
  ]);
});

test('room is asked of the store below', () => {
  const asked: number[][] = [];
  const memory = Object.assign(new MemoryStore(), {
    assertRoom: (...counts: number[]) => {
      asked.push(counts);
    },
  });
  rootedStore(new FaultStore(memory), Uint8Array.of(1, 0x72, 0)).assertRoom?.(2, 10);
  expect(asked).toEqual([[2, 16]]);
  expect(new FaultStore(new MemoryStore()).assertRoom).toBeUndefined();
});

describe('a seeded plan', () => {
  const rates = {
    read: { fail: 0.2, delay: 0.2 },
    claim: { applyThenFail: 0.5 },
    commit: { fail: 0.1, lose: 0.1, duplicate: 0.1, applyPart: 0.2, delay: 0.2 },
    delayMsMax: 7,
  };
  const asked = (seed: string) => {
    const plan = seededFaults(new Random(seed), rates);
    return Array.from({ length: 300 }, (_, index) => {
      const operation = (['get', 'claim', 'commit'] as const)[index % 3] as 'commit';
      return plan({ operation, nth: index, index, isSync: false, commit: writing(['a', '1'], ['b', '1']) });
    });
  };

  test('is the same for the same seed', () => {
    expect(asked('a')).toEqual(asked('a'));
    expect(asked('a')).not.toEqual(asked('b'));
  });

  test('has every fault that it is given a rate for, within bounds, and no other', () => {
    const faults = asked('a');
    const names = new Set(faults.map((fault) => (typeof fault === 'object' ? Object.keys(fault)[0] : fault)));
    expect(names).toEqual(
      new Set([undefined, 'fail', 'delayMs', 'applyThenFail', 'lose', 'duplicate', 'applyWrites']),
    );
    for (const fault of faults) {
      if (typeof fault !== 'object') continue;
      if ('delayMs' in fault) expect([1, 2, 3, 4, 5, 6, 7]).toContain(fault.delayMs);
      else expect([0, 1, 2]).toContain(fault.applyWrites);
    }
  });

  test.each([[{ read: { fail: 0.6, cut: 0.5 } }], [{ commit: { lose: -0.1 } }]])('refuses %j', (wrong) => {
    expect(() => seededFaults(new Random(1), wrong)).toThrow(RangeError);
  });
});

test.each([0, 1.5, Number.NaN])('a script cannot count from %j', (nth) => {
  expect(
    () => new FaultStore(new MemoryStore(), { plan: [{ operation: 'get', nth, fault: 'fail' }] }),
  ).toThrow(RangeError);
});

test('an injected fault is found however deep, and only there', () => {
  const injected = new InjectedFault('get', 3, { delayMs: 4 });
  expect(injectedFault(new Error('outer', { cause: new Error('inner', { cause: injected }) }))).toBe(
    injected,
  );
  expect(injectedFault(new Error('of its own'))).toBeUndefined();
  expect(injectedFault('no error')).toBeUndefined();
  expect(injected.message).toBe('get number 3 met the fault delay of 4 ms');
});
