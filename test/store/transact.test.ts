import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/index.js';
import { KeyspaceError } from '../../src/errors.js';
import {
  type Entry,
  type Fence,
  type Store,
  type StoreTransaction,
  transact,
} from '../../src/store/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import { ManualClock } from '../stores/manual-clock.js';

const ALICE = fromHex('026100');
const ALL = { begin: new Uint8Array(0) };
const key = (text: string) => fromHex(text);

async function pairs(entries: AsyncIterable<Entry>): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of entries) found.push(`${toHex(entry.key)}=${toHex(entry.value)}`);
  return found;
}

const contents = (store: Store) => pairs(store.scan(ALICE, ALL));

async function storeWith(...entries: [string, string][]): Promise<MemoryStore> {
  const store = new MemoryStore();
  const writes = entries.map(([name, value]) => {
    return { type: 'set', partition: ALICE, key: key(name), value: key(value) } as const;
  });
  await store.commit({ writes });
  return store;
}

/** Another writer, between the transaction's reads and its commit. */
const overwrite = (store: Store, name: string, value: string) =>
  store.commit({ writes: [{ type: 'set', partition: ALICE, key: key(name), value: key(value) }] });

async function increment(tx: StoreTransaction): Promise<number> {
  const next = ((await tx.get(key('61')))?.[0] ?? 0) + 1;
  tx.set(key('61'), Uint8Array.of(next));
  return next;
}

describe('transact', () => {
  test.each([true, false])(
    'concurrent increments are all counted (synchronous reads: %s)',
    async (synchronousReads) => {
      const store = new MemoryStore({ synchronousReads });
      const results = await Promise.all(
        Array.from({ length: 40 }, () => transact(store, ALICE, increment, { attemptsMax: 200 })),
      );
      expect(results.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
      expect(await contents(store)).toEqual(['61=28']);
    },
  );

  test('transfers keep the sum, and readers always see it', async () => {
    const store = await storeWith(['01', '32'], ['02', '32'], ['03', '32']);
    const sums: number[] = [];
    const transfer = (from: number, to: number) =>
      transact(
        store,
        ALICE,
        async (tx) => {
          const accounts = [1, 2, 3].map((account) => Uint8Array.of(account));
          const balances = (await tx.getMany(accounts)).map((value) => value![0]!);
          sums.push(balances[0]! + balances[1]! + balances[2]!);
          tx.set(accounts[from]!, Uint8Array.of(balances[from]! - 1));
          tx.set(accounts[to]!, Uint8Array.of(balances[to]! + 1));
        },
        { attemptsMax: 200 },
      );
    await Promise.all(Array.from({ length: 30 }, (_, index) => transfer(index % 3, (index + 1) % 3)));
    expect(new Set(sums)).toEqual(new Set([150]));
    expect(await contents(store)).toEqual(['01=32', '02=32', '03=32']);
  });

  test('a value read, or found absent, is checked; what was not read is not', async () => {
    for (const [name, attemptsExpected] of [
      ['61', 2],
      ['62', 2],
      ['63', 1],
    ] as const) {
      const store = await storeWith(['61', '01']);
      let attempts = 0;
      await transact(store, ALICE, async (tx) => {
        await tx.getMany([key('61'), key('62')]);
        if (++attempts === 1) await overwrite(store, name, '09');
        tx.set(key('64'), Uint8Array.of(attempts));
      });
      expect(attempts).toBe(attemptsExpected);
    }
  });

  test('what a scan gave is checked', async () => {
    const store = await storeWith(['61', '01'], ['62', '01']);
    const fence = await store.claim(ALICE);
    let attempts = 0;
    await transact(
      store,
      ALICE,
      async (tx) => {
        const seen = await pairs(tx.scan({ begin: key('62') }));
        if (++attempts === 1) await overwrite(store, '62', '09');
        tx.set(key('63'), Uint8Array.of(seen.length, attempts));
      },
      { fence },
    );
    expect(attempts).toBe(2);
    expect(await contents(store)).toEqual(['61=01', '62=09', '63=0102']);
  });

  test('every read of an attempt is of one instant', async () => {
    const store = await storeWith(['61', '01'], ['62', '01']);
    await transact(store, ALICE, async (tx) => {
      const before = toHex((await tx.get(key('61')))!);
      await overwrite(store, '62', '02');
      expect([before, toHex((await tx.get(key('62')))!)]).toEqual(['01', '01']);
    });
  });

  test('a callback that keeps losing gives up after attemptsMax attempts', async () => {
    const store = await storeWith(['61', '00']);
    for (const attemptsMax of [1, 5]) {
      let attempts = 0;
      const lost = transact(
        store,
        ALICE,
        async (tx) => {
          await tx.get(key('61'));
          await overwrite(store, '61', toHex(Uint8Array.of(attemptsMax, ++attempts)));
          tx.set(key('62'), key('01'));
        },
        { attemptsMax },
      );
      await expect(lost).rejects.toMatchObject({
        code: 'commit.contended',
        details: { attempts: attemptsMax },
      });
      expect(attempts).toBe(attemptsMax);
    }
    expect(await store.get(ALICE, key('62'))).toBeUndefined();
    for (const attemptsMax of [0, 1.5, Number.NaN]) {
      await expect(transact(store, ALICE, () => 1, { attemptsMax })).rejects.toThrow(RangeError);
    }
  });

  test.each(['commit.unknown', 'store.failed', 'commit.fenced'] as const)(
    '%s is passed on, not retried',
    async (code) => {
      const store = await storeWith();
      const failure = new KeyspaceError(code as 'commit.unknown', 'made up', {});
      let commits = 0;
      store.commit = async () => {
        commits++;
        throw failure;
      };
      await expect(transact(store, ALICE, increment)).rejects.toBe(failure);
      expect(commits).toBe(1);
    },
  );

  test('what the callback throws is passed on, with nothing written', async () => {
    const store = await storeWith(['61', '01']);
    const failures = [
      new Error('mine'),
      new KeyspaceError('commit.check_failed', '', { checkIndex: 0, keyHex: '' }),
    ];
    for (const failure of failures) {
      let attempts = 0;
      const failing = transact(store, ALICE, (tx) => {
        attempts++;
        tx.set(key('61'), key('02'));
        throw failure;
      });
      await expect(failing).rejects.toBe(failure);
      expect(attempts).toBe(1);
    }
    expect(await contents(store)).toEqual(['61=01']);
  });

  test('with nothing written nothing is committed', async () => {
    const store = await storeWith(['61', '01']);
    store.commit = async () => expect.fail('committed');
    expect(await transact(store, ALICE, async (tx) => toHex((await tx.get(key('61')))!))).toBe('01');
  });

  test('every snapshot is closed, however the attempt ends', async () => {
    const store = await storeWith(['61', '01']);
    const open = new Set<number>();
    let count = 0;
    const snapshot = store.snapshot.bind(store);
    store.snapshot = async () => {
      const inner = await snapshot();
      const id = count++;
      open.add(id);
      const close = () => {
        open.delete(id);
        inner.close();
      };
      return { ...inner, close };
    };
    await Promise.all(
      Array.from({ length: 8 }, () => transact(store, ALICE, increment, { attemptsMax: 100 })),
    );
    await expect(transact(store, ALICE, () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
    expect([count > 9, open.size]).toEqual([true, 0]);
  });

  test('after the end every use is transaction.closed', async () => {
    const store = await storeWith(['61', '01'], ['62', '01']);
    const fence = await store.claim(ALICE);
    let late: StoreTransaction | undefined;
    let scan: AsyncIterator<Entry> | undefined;
    let ownScan: AsyncIterator<Entry> | undefined;
    const unfinished: Promise<unknown>[] = [];
    await transact(
      store,
      ALICE,
      async (tx) => {
        late = tx;
        scan = tx.scan(ALL)[Symbol.asyncIterator]();
        await scan.next();
        tx.set(key('71'), key('01'));
        tx.set(key('72'), key('01'));
        ownScan = tx.scan({ begin: key('70') })[Symbol.asyncIterator]();
        await ownScan.next();
        const begun = tx.scan(ALL)[Symbol.asyncIterator]().next();
        unfinished.push(tx.get(key('61')).catch((error) => error));
        unfinished.push(begun.catch((error) => error));
      },
      { fence },
    );
    const tx = late!;
    const closed = expect.objectContaining({ code: 'transaction.closed' });
    await expect(tx.get(key('61'))).rejects.toEqual(closed);
    await expect(tx.getMany([])).rejects.toEqual(closed);
    await expect(scan!.next()).rejects.toEqual(closed);
    await expect(ownScan!.next()).rejects.toEqual(closed);
    expect(() => tx.scan(ALL)).toThrow(closed);
    expect(() => tx.set(key('61'), key('01'))).toThrow(closed);
    expect(() => tx.delete(key('61'))).toThrow(closed);
    expect(() => tx.clearRange(ALL)).toThrow(closed);
    expect(await Promise.all(unfinished)).toEqual([closed, closed]);
    expect(await contents(store)).toEqual(['61=01', '62=01', '71=01', '72=01']);
  });

  test('without a fence ranges are refused', async () => {
    const store = await storeWith(['61', '01']);
    for (const use of [
      (tx: StoreTransaction) => tx.scan(ALL),
      (tx: StoreTransaction) => tx.clearRange(ALL),
    ]) {
      await expect(transact(store, ALICE, async (tx) => void use(tx))).rejects.toThrow(TypeError);
    }
    expect(await contents(store)).toEqual(['61=01']);
  });

  test('a fence that was lost meanwhile refuses the commit', async () => {
    const store = await storeWith(['61', '01']);
    const fence = await store.claim(ALICE);
    const taken = transact(
      store,
      ALICE,
      async (tx) => {
        tx.clearRange(ALL);
        await store.claim(ALICE);
      },
      { fence },
    );
    await expect(taken).rejects.toMatchObject({ code: 'commit.fenced' });
    expect(await contents(store)).toEqual(['61=01']);
  });

  test('an aborted signal ends it with its reason, with nothing written', async () => {
    const store = await storeWith(['61', '01']);
    const reason = new Error('enough');
    const before = AbortSignal.abort(reason);
    await expect(transact(store, ALICE, () => expect.fail('ran'), { signal: before })).rejects.toBe(reason);
    const during = new AbortController();
    const aborted = transact(
      store,
      ALICE,
      (tx) => {
        tx.set(key('61'), key('02'));
        during.abort(reason);
      },
      { signal: during.signal },
    );
    await expect(aborted).rejects.toBe(reason);
    expect(await contents(store)).toEqual(['61=01']);
  });

  test('attempts after the third wait by the clock, and not for an aborted signal', async () => {
    const reason = new Error('enough');
    const store = await storeWith();
    const clock = new ManualClock();
    const abort = new AbortController();
    let attempts = 0;
    const losing = transact(
      store,
      ALICE,
      async (tx) => {
        await tx.get(key('61'));
        await overwrite(store, '61', `0${++attempts}`);
        tx.set(key('61'), key('00'));
      },
      { clock, signal: abort.signal },
    );
    await vi.waitUntil(() => clock.waiting === 1, { interval: 1 });
    expect(attempts).toBe(3);
    clock.advance(1);
    await vi.waitUntil(() => clock.waiting === 1, { interval: 1 });
    expect(attempts).toBe(4);
    abort.abort(reason);
    await expect(losing).rejects.toBe(reason);
    expect(clock.waiting).toBe(0);
    expect(attempts).toBe(4);
  });

  test('over-long keys and values are refused where they are given', async () => {
    const store = await storeWith();
    await transact(store, ALICE, async (tx) => {
      const long = expect.objectContaining({ code: 'key.too_large' });
      expect(() => tx.set(new Uint8Array(1_701), key('01'))).toThrow(long);
      expect(() => tx.delete(new Uint8Array(1_701))).toThrow(long);
      await expect(tx.get(new Uint8Array(1_701))).rejects.toEqual(long);
      expect(() => tx.set(key('61'), new Uint8Array(132_097))).toThrow(
        expect.objectContaining({ code: 'value.too_large' }),
      );
    });
  });

  test('arrays go in and come out as copies', async () => {
    const store = await storeWith(['61', '01'], ['62', '02']);
    const fence = await store.claim(ALICE);
    const partition = ALICE.slice();
    const run = transact(
      store,
      partition,
      async (tx) => {
        const [name, value] = [key('63'), key('03')];
        tx.set(name, value);
        name.fill(0xee);
        value.fill(0xee);
        (await tx.get(key('63')))!.fill(0xee);
        (await tx.get(key('61')))!.fill(0xee);
        for await (const entry of tx.scan({ begin: key('62') })) {
          entry.key.fill(0xee);
          entry.value.fill(0xee);
        }
      },
      { fence },
    );
    partition.fill(0xee);
    await run;
    expect(await contents(store)).toEqual(['61=01', '62=02', '63=03']);
  });

  test('reads see the writes so far, as a map would, and the commit leaves the same', async () => {
    const bytes = (minLength: number) =>
      fc.array(fc.constantFrom('00', '61', 'ff'), { minLength, maxLength: 2 }).map((parts) => parts.join(''));
    const range = fc.record({ begin: bytes(0), end: fc.option(bytes(0), { nil: undefined }) });
    const step = fc.oneof(
      fc.record({ type: fc.constant('set' as const), key: bytes(1), value: bytes(0) }),
      fc.record({ type: fc.constant('delete' as const), key: bytes(1) }),
      fc.record({ type: fc.constant('clearRange' as const), range }),
      fc.record({ type: fc.constant('get' as const), keys: fc.array(bytes(1), { maxLength: 4 }) }),
      fc.record({
        type: fc.constant('scan' as const),
        range,
        reverse: fc.boolean(),
        limit: fc.option(fc.nat({ max: 3 }), { nil: undefined }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(bytes(1), bytes(0))), fc.array(step), async (entries, steps) => {
        const store = await storeWith(...entries);
        const fence: Fence = await store.claim(ALICE);
        const model = new Map(entries);
        const inside = ({ begin, end }: { begin: string; end: string | undefined }) =>
          [...model.keys()].filter((name) => name >= begin && (end === undefined || name < end)).sort();
        const toRange = ({ begin, end }: { begin: string; end: string | undefined }) => {
          return { begin: key(begin), end: end === undefined ? undefined : key(end) };
        };
        await transact(
          store,
          ALICE,
          async (tx) => {
            for (const each of steps) {
              if (each.type === 'set') {
                tx.set(key(each.key), key(each.value));
                model.set(each.key, each.value);
              } else if (each.type === 'delete') {
                tx.delete(key(each.key));
                model.delete(each.key);
              } else if (each.type === 'clearRange') {
                tx.clearRange(toRange(each.range));
                for (const name of inside(each.range)) model.delete(name);
              } else if (each.type === 'get') {
                const values = await tx.getMany(each.keys.map(key));
                expect(values.map((value) => value && toHex(value))).toEqual(
                  each.keys.map((name) => model.get(name)),
                );
              } else {
                const names = inside(each.range);
                if (each.reverse) names.reverse();
                expect(await pairs(tx.scan(toRange(each.range), each))).toEqual(
                  names.slice(0, each.limit).map((name) => `${name}=${model.get(name)}`),
                );
              }
            }
          },
          { fence },
        );
        const left = [...model]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, value]) => `${name}=${value}`);
        expect(await contents(store)).toEqual(left);
      }),
      { numRuns: 500 },
    );
  });

  test('writes during a scan do not show in it', async () => {
    const store = await storeWith(['61', '01'], ['62', '02'], ['63', '03']);
    const fence = await store.claim(ALICE);
    const seen: string[] = [];
    await transact(
      store,
      ALICE,
      async (tx) => {
        for await (const entry of tx.scan(ALL)) {
          seen.push(toHex(entry.key));
          tx.clearRange({ begin: key('62ff') });
          tx.set(Uint8Array.of(...entry.key, 0xff), entry.value);
          tx.delete(key('63'));
        }
      },
      { fence },
    );
    expect(seen).toEqual(['61', '62', '63']);
    expect(await contents(store)).toEqual(['61=01', '61ff=01', '62=02', '63ff=03']);
  });
});
