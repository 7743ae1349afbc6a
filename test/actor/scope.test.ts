import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { RECORDS_BYTES_MAX, RECORDS_COUNT_MAX } from '../../src/actor/books.js';
import type { ActorAccess } from '../../src/actor/scope.js';
import { KeyspaceError } from '../../src/errors.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import { bytes, HeldStore, openScope, PARTITION, scanned, text, userWrites } from './support.js';

const everything = { begin: new Uint8Array() };
const set = (access: ActorAccess, key: string, value: string, durability?: 'deferred') =>
  access.write((writes) => writes.set(bytes(key), bytes(value)), { durability });
const get = async (access: ActorAccess, key: string) => text(await access.get(bytes(key)));

describe('commits', () => {
  test('one is in flight; what is accepted meanwhile is the next, in order', async () => {
    const store = new HeldStore();
    const { scope } = await openScope(store);
    store.hold();
    const first = set(scope, 'a', '1');
    const { commit, decide } = await store.arrived();
    expect(userWrites(commit)).toHaveLength(1);
    const later = [set(scope, 'a', '2'), set(scope, 'b', '1'), set(scope, 'a', '3')];
    expect(await get(scope, 'a')).toBe('3');
    expect(store.commits).toHaveLength(1);
    decide('apply');
    await first;
    const next = await store.arrived();
    expect(store.commits).toHaveLength(2);
    next.decide('apply');
    await Promise.all(later);
    store.release();
    expect(await scanned(store.scan(PARTITION, everything))).toEqual([
      ['a', '3'],
      ['b', '1'],
    ]);
    expect(store.commits).toHaveLength(2);
  });

  test('writes of one turn share a commit', async () => {
    const store = new HeldStore();
    const { scope } = await openScope(store);
    await Promise.all(['a', 'b', 'c'].map((key) => set(scope, key, '1')));
    expect(store.commits).toHaveLength(1);
  });

  test('what exceeds the commit limit is refused alone; what exceeds it together is split between units', async () => {
    const store = new HeldStore(new MemoryStore({ commitBytesMax: RECORDS_BYTES_MAX + 10 }));
    const { scope } = await openScope(store);
    await expect(set(scope, 'a', '0123456789')).rejects.toMatchObject({
      code: 'commit.too_large',
      details: { commitBytes: RECORDS_BYTES_MAX + 11, commitBytesMax: RECORDS_BYTES_MAX + 10 },
    });
    await Promise.all([set(scope, 'a', '01234567'), set(scope, 'b', '01234567'), set(scope, 'c', '0')]);
    expect(store.commits.map((commit) => userWrites(commit).length)).toEqual([1, 1, 1]);
    expect(await get(scope, 'b')).toBe('01234567');
  });

  test('a failed fill or a bad key writes nothing and harms nobody else', async () => {
    const { scope } = await openScope(new HeldStore());
    const failing = scope.write((writes) => {
      writes.set(bytes('half'), bytes('1'));
      writes.set(new Uint8Array(), bytes('1'));
    });
    const fine = set(scope, 'a', '1');
    await expect(failing).rejects.toMatchObject({ code: 'key.empty' });
    await fine;
    expect(await scanned(scope.scan(everything))).toEqual([['a', '1']]);
  });

  test('a wrong durability is refused before anything is accepted', async () => {
    const { scope } = await openScope(new HeldStore());
    await expect(set(scope, 'a', '1', 'soon' as 'deferred')).rejects.toThrow(TypeError);
    await expect(scope.transaction(async () => 1, { durability: 'x' as 'deferred' })).rejects.toThrow(
      TypeError,
    );
    expect(await get(scope, 'a')).toBeUndefined();
  });
});

describe('deferred durability', () => {
  test('resolves on acceptance; durable() is the acknowledgement', async () => {
    const store = new HeldStore();
    const { scope, pipeline } = await openScope(store);
    store.hold();
    await set(scope, 'a', '1', 'deferred');
    expect(await get(scope, 'a')).toBe('1');
    let isDurable = false;
    const durable = pipeline.durable().then(() => {
      isDurable = true;
    });
    const { decide } = await store.arrived();
    expect(isDurable).toBe(false);
    decide('apply');
    await durable;
    expect(await scanned(store.scan(PARTITION, everything))).toEqual([['a', '1']]);
  });

  test('a writer that never waits is held back before it fills the memory', async () => {
    const store = new HeldStore();
    const { scope, pipeline } = await openScope(store);
    store.hold();
    const chunk = new Uint8Array(128 * 1024);
    let acceptedCount = 0;
    const writer = (async () => {
      for (let n = 0; n < 200; n++) {
        await scope.write((writes) => writes.set(bytes(`k${n}`), chunk), { durability: 'deferred' });
        acceptedCount++;
      }
    })();
    const first = await store.arrived();
    await setImmediate();
    expect(acceptedCount).toBe(127);
    first.decide('apply');
    store.release();
    await writer;
    await pipeline.durable();
    expect(await scanned(store.scan(PARTITION, everything))).toHaveLength(200);
  });

  test('a loss that nobody was told of is told on close, once', async () => {
    const store = new HeldStore();
    const { scope, pipeline } = await openScope(store);
    store.hold();
    await set(scope, 'a', '1', 'deferred');
    (await store.arrived()).decide({ fail: new Error('disk gone') });
    await expect(pipeline.close()).rejects.toMatchObject({ code: 'store.failed' });
    await pipeline.close();

    const again = await openScope(store);
    await set(again.scope, 'a', '1', 'deferred');
    (await store.arrived()).decide({ fail: new Error('disk gone') });
    await expect(again.pipeline.durable()).rejects.toMatchObject({ code: 'store.failed' });
    await again.pipeline.close();
  });
});

describe('failure', () => {
  test('drops what is accepted, poisons, and the store keeps only what was durable', async () => {
    const store = new HeldStore();
    const { scope } = await openScope(store);
    await set(scope, 'kept', '1');
    store.hold();
    const inFlight = set(scope, 'a', '1');
    const arrived = await store.arrived();
    const waiting = set(scope, 'b', '1');
    const cause = new KeyspaceError('commit.unknown', 'the reply was lost', {});
    const settled = Promise.allSettled([inFlight, waiting]);
    arrived.decide({ fail: cause });
    const [first, second] = await settled;
    expect(first).toMatchObject({ reason: { code: 'commit.unknown' } });
    expect(second).toMatchObject({ reason: { code: 'actor.poisoned', cause } });
    await expect(scope.get(bytes('a'))).rejects.toMatchObject({ code: 'actor.poisoned', cause });
    await expect(set(scope, 'c', '1')).rejects.toMatchObject({ code: 'actor.poisoned' });
    store.release();
    const reopened = await openScope(store);
    expect(await scanned(reopened.scope.scan(everything))).toEqual([['kept', '1']]);
  });

  test('a superseded owner is fenced in everything it still holds', async () => {
    const store = new HeldStore();
    const old = await openScope(store);
    await set(old.scope, 'a', 'old');
    const current = await openScope(store);
    await set(current.scope, 'a', 'new');
    const stale = [set(old.scope, 'a', 'stale'), set(old.scope, 'b', 'stale')];
    for (const write of stale) await expect(write).rejects.toMatchObject({ code: 'actor.fenced' });
    await expect(old.scope.get(bytes('a'))).rejects.toMatchObject({ code: 'actor.fenced' });
    await expect(old.pipeline.durable()).rejects.toMatchObject({ code: 'actor.fenced' });
    expect(await scanned(current.scope.scan(everything))).toEqual([['a', 'new']]);
  });
});

describe('transactions', () => {
  test('read their own writes, hide them until the end, and are one commit', async () => {
    const store = new HeldStore();
    const { scope } = await openScope(store);
    await set(scope, 'a', '1');
    const result = await scope.transaction(async (tx) => {
      await set(tx, 'a', '2');
      await set(tx, 'b', '2');
      await tx.write((writes) => writes.delete(bytes('a')));
      expect(await scanned(tx.scan(everything))).toEqual([['b', '2']]);
      expect(await scanned(tx.sync.scan(everything))).toEqual([['b', '2']]);
      expect(await scanned(scope.scan(everything))).toEqual([['a', '1']]);
      return 'done';
    });
    expect(result).toBe('done');
    expect(store.commits).toHaveLength(2);
    expect(await scanned(scope.scan(everything))).toEqual([['b', '2']]);
  });

  test('leave nothing behind when the callback throws', async () => {
    const store = new HeldStore();
    const { scope } = await openScope(store);
    const failing = scope.transaction(async (tx) => {
      await set(tx, 'a', '1');
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await get(scope, 'a')).toBeUndefined();
    expect(store.commits).toHaveLength(0);
  });

  test('run one after the other and lose no update', async () => {
    const { scope } = await openScope(new MemoryStore({ synchronousReads: false }));
    const increment = (access: ActorAccess) =>
      access.transaction(async (tx) => {
        const count = Number((await get(tx, 'n')) ?? '0');
        await set(tx, 'n', String(count + 1));
      });
    await Promise.all(Array.from({ length: 20 }, () => increment(scope)));
    await scope.transaction((tx) => Promise.all(Array.from({ length: 20 }, () => increment(tx))));
    expect(await get(scope, 'n')).toBe('40');
  });

  test('a nested one that throws takes only its own writes with it', async () => {
    const { scope } = await openScope(new HeldStore());
    await scope.transaction(async (tx) => {
      await set(tx, 'a', '1');
      const nested = tx.transaction(async (inner) => {
        await set(inner, 'a', '2');
        await set(inner, 'b', '2');
        expect(await get(inner, 'a')).toBe('2');
        throw new Error('nested');
      });
      await expect(nested).rejects.toThrow('nested');
      expect(await get(tx, 'a')).toBe('1');
    });
    expect(await scanned(scope.scan(everything))).toEqual([['a', '1']]);
  });

  test('a write on the actor from inside its own transaction times out instead of hanging', async () => {
    const { scope } = await openScope(new HeldStore(), { transactionWaitMsMax: 20 });
    const deadlocked = scope.transaction(async () => set(scope, 'a', '1'));
    await expect(deadlocked).rejects.toMatchObject({
      code: 'transaction.timeout',
      details: { waitMsMax: 20 },
    });
    await set(scope, 'a', '2');
    expect(await get(scope, 'a')).toBe('2');
  });

  test('that only read are as durable as what they read', async () => {
    const store = new HeldStore();
    const { scope } = await openScope(store);
    store.hold();
    await set(scope, 'lock', 'mine', 'deferred');
    const reading = scope.transaction((tx) => get(tx, 'lock'));
    const rejected = expect(reading).rejects.toMatchObject({ code: 'commit.unknown' });
    const early = await scope.transaction((tx) => get(tx, 'lock'), { durability: 'deferred' });
    expect(early).toBe('mine');
    (await store.arrived()).decide({ fail: new KeyspaceError('commit.unknown', 'lost', {}) });
    await rejected;
  });

  test.each([true, false])(
    'their scans end with them, and with the actor (synchronous: %s)',
    async (sync) => {
      const store = new HeldStore(new MemoryStore({ synchronousReads: sync }));
      const { scope } = await openScope(store);
      await Promise.all(['a', 'c'].map((key) => set(scope, key, '1')));
      let leaked: AsyncIterator<unknown> | undefined;
      const failing = scope.transaction(async (tx) => {
        await set(tx, 'b', 'rolled back');
        leaked = tx.scan(everything)[Symbol.asyncIterator]();
        await leaked.next();
        throw new Error('changed my mind');
      });
      await expect(failing).rejects.toThrow('changed my mind');
      await expect(leaked?.next()).rejects.toMatchObject({ code: 'transaction.closed' });

      store.hold();
      const lost = set(scope, 'b', 'lost');
      const rejected = expect(lost).rejects.toMatchObject({ code: 'store.failed' });
      const scan = scope.scan(everything)[Symbol.asyncIterator]();
      await scan.next();
      const syncScan = sync ? scope.sync.scan(everything)[Symbol.iterator]() : undefined;
      syncScan?.next();
      (await store.arrived()).decide({ fail: new Error('disk gone') });
      await rejected;
      await expect(scan.next()).rejects.toMatchObject({ code: 'actor.poisoned' });
      if (syncScan)
        expect(() => syncScan.next()).toThrow(expect.objectContaining({ code: 'actor.poisoned' }));
    },
  );

  test('that grow without end are stopped before their end', async () => {
    const { scope } = await openScope(new MemoryStore({ commitBytesMax: RECORDS_BYTES_MAX + 100 }));
    const runaway = scope.transaction(async (tx) => {
      for (let n = 0; ; n++) await set(tx, `key ${n}`, '0123456789');
    });
    await expect(runaway).rejects.toMatchObject({ code: 'commit.too_large' });
    await set(scope, 'a', '1');
    expect(await scanned(scope.scan(everything))).toEqual([['a', '1']]);
  });

  test('their handle is dead afterwards', async () => {
    const { scope } = await openScope(new HeldStore());
    let leaked: ActorAccess | undefined;
    await scope.transaction(async (tx) => {
      leaked = tx;
    });
    await expect(set(leaked as ActorAccess, 'a', '1')).rejects.toMatchObject({ code: 'transaction.closed' });
    await expect((leaked as ActorAccess).get(bytes('a'))).rejects.toMatchObject({
      code: 'transaction.closed',
    });
  });

  test('the actor waits for nobody while only reading', async () => {
    const { scope } = await openScope(new HeldStore(), { transactionWaitMsMax: 20 });
    await scope.transaction(async () => {
      expect(await get(scope, 'a')).toBeUndefined();
    });
  });
});

test('writes wait for each other as long as the store takes; only an open transaction times them out', async () => {
  const slow = new (class extends HeldStore {
    override async getSizes(partition: Uint8Array, keys: readonly Uint8Array[]) {
      for (let i = 0; i < 20; i++) await setImmediate();
      return super.getSizes(partition, keys);
    }
    override async snapshot() {
      for (let i = 0; i < 20; i++) await setImmediate();
      return super.snapshot();
    }
  })(new MemoryStore({ synchronousReads: false }));
  const { scope } = await openScope(slow, { transactionWaitMsMax: 1 });
  const clears = Array.from({ length: 100 }, (_, n) =>
    scope.write((writes) => writes.clearRange({ begin: bytes(`k${n}`), end: bytes(`k${n}!`) })),
  );
  await Promise.all(clears);
  let end = () => {};
  const open = scope.transaction(
    () =>
      new Promise<void>((resolve) => {
        end = resolve;
      }),
  );
  await expect(set(scope, 'a', '1')).rejects.toMatchObject({ code: 'transaction.timeout' });
  end();
  await open;
});

describe('room', () => {
  test('is asked for what waits as well, so that a full store refuses one write and harms nobody', async () => {
    const inner = new MemoryStore();
    const store = new HeldStore(inner);
    const asked: [number, number][] = [];
    const full = new KeyspaceError('store.full', 'no room', {});
    const scarce = Object.assign(store, {
      assertRoom(setCount: number, setBytes: number) {
        asked.push([setCount, setBytes]);
        if (setBytes > RECORDS_BYTES_MAX + 50) throw full;
      },
    });
    const { scope } = await openScope(scarce);
    const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((key) => set(scope, key, '12345')));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    // Each is asked for with what waits: the header came with the first, and records may come with each.
    const ownBytes = (setCount: number) =>
      RECORDS_BYTES_MAX + (setCount + RECORDS_COUNT_MAX) * PARTITION.length;
    expect(asked).toEqual([
      [1 + RECORDS_COUNT_MAX, ownBytes(1) + 6],
      [3 + RECORDS_COUNT_MAX, ownBytes(3) + 6 + 6 + 14],
      [4 + RECORDS_COUNT_MAX, ownBytes(4) + 6 + 12 + 14],
    ]);
    await scope.write((writes) => writes.delete(bytes('a')));
    expect(await scanned(scope.scan(everything))).toEqual([['b', '12345']]);
  });
});

describe('reads of a store without synchronous reads', () => {
  test('that overlap without end keep only what was written since the oldest began', async () => {
    const { scope, pipeline } = await openScope(new MemoryStore({ synchronousReads: false }));
    let isReading = true;
    const readers = [0, 1, 2].map(async (turns) => {
      for (let n = 0; n < turns; n++) await setImmediate();
      while (isReading) await scope.getMany([bytes('a')]);
    });
    let most = 0;
    for (let n = 0; n < 300; n++) {
      await set(scope, `k${n}`, '1');
      most = Math.max(most, pipeline.layers().length);
      if (n % 3 === 0) await setImmediate();
    }
    isReading = false;
    await Promise.all(readers);
    expect(most).toBeLessThan(40);
    expect(pipeline.layers()).toHaveLength(0);
  });

  test('never mix two instants while commits go on', async () => {
    const store = new MemoryStore({ synchronousReads: false });
    const { scope } = await openScope(store);
    const keys = ['a', 'b', 'c'].map(bytes);
    const writeAll = (n: number) =>
      scope.write((writes) => {
        for (const key of keys) writes.set(key, bytes(String(n)));
      });
    await writeAll(0);
    let isReading = true;
    const writer = (async () => {
      for (let n = 1; isReading; n++) {
        await writeAll(n);
        await setImmediate();
      }
    })();
    const seen = new Set<string>();
    while (seen.size < 30) {
      const [many, rows] = await Promise.all([scope.getMany(keys), scanned(scope.scan(everything))]);
      expect(new Set(many.map(text)).size).toBe(1);
      expect(new Set(rows.map(([, value]) => value)).size).toBe(1);
      seen.add(text(many[0]) as string);
    }
    isReading = false;
    await writer;
    expect(() => scope.sync).toThrow(expect.objectContaining({ code: 'store.sync_unsupported' }));
  });
});
