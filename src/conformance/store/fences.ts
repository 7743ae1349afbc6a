import assert from 'node:assert/strict';
import { type Fence, isKeyspaceError } from '../../index.js';
import type { Section } from './runner.js';
import {
  ALICE,
  ALL,
  BOB,
  bytes,
  check,
  clear,
  commitAs,
  contents,
  del,
  hex,
  KEYSPACE,
  partitions,
  refused,
  rejectsWith,
  set,
} from './support.js';

export const fences: Section = {
  'epochs count the claims of each partition from 1': async ({ store }) => {
    for (const epoch of [1, 2, 3]) assert.equal((await store.claim(ALICE)).epoch, epoch);
    assert.equal((await store.claim(BOB)).epoch, 1);
    assert.equal((await store.claim(KEYSPACE)).epoch, 1);
    const fence = await store.claim(ALICE);
    assert.equal(fence.epoch, 4);
    assert.equal(hex(fence.partition), hex(ALICE));
  },

  'epochMin lifts an epoch and never lowers one': async ({ store }) => {
    assert.equal((await store.claim(ALICE, { epochMin: 7 })).epoch, 7);
    assert.equal((await store.claim(ALICE, { epochMin: 8 })).epoch, 8);
    assert.equal((await store.claim(ALICE, { epochMin: 3 })).epoch, 9);
    assert.equal((await store.claim(ALICE, { epochMin: 0 })).epoch, 10);
    assert.equal((await store.claim(ALICE, { epochMin: undefined })).epoch, 11);
    assert.equal((await store.claim(ALICE, { epochMin: 2 ** 40 })).epoch, 2 ** 40);
    const stale = await store.claim(ALICE);
    assert.equal(stale.epoch, 2 ** 40 + 1);
    await commitAs(store, stale, set(ALICE, '61', '01'));
    await store.claim(ALICE, { epochMin: 2 ** 52 });
    await refused(() => commitAs(store, stale, set(ALICE, '61', '02')), 'commit.fenced');
    for (const epochMin of [1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 52 + 1, 2 ** 53 - 1, 2 ** 53]) {
      await rejectsWith(() => store.claim(BOB, { epochMin }), RangeError, TypeError);
    }
    assert.equal((await store.claim(BOB)).epoch, 1);
  },

  'a fence admits commits until the next claim, and none after': async ({ store }) => {
    const first = await store.claim(ALICE);
    for (const value of ['01', '02', '03']) await commitAs(store, first, set(ALICE, '61', value));
    const second = await store.claim(ALICE);
    await refused(
      () => commitAs(store, first, set(ALICE, '61', '04'), set(ALICE, '62', '04')),
      'commit.fenced',
    );
    await refused(() => commitAs(store, first, clear(ALICE, ALL)), 'commit.fenced');
    await refused(() => commitAs(store, first), 'commit.fenced');
    assert.deepEqual(await contents(store, ALICE), ['61=03']);
    await commitAs(store, second, del(ALICE, '61'));
    assert.deepEqual(await contents(store, ALICE), []);
  },

  'a stale fence is reported before a check that does not hold': async ({ store }) => {
    const stale = await store.claim(ALICE);
    await store.claim(ALICE);
    const checks = [check(ALICE, '61', '01')];
    await refused(() => store.commit({ fences: [stale], checks, writes: [] }), 'commit.fenced');
  },

  'claims of one partition leave others alone': async ({ store }) => {
    const alice = await store.claim(ALICE);
    for (let i = 0; i < 5; i++) await store.claim(BOB);
    await commitAs(store, alice, set(ALICE, '61', '01'));
    assert.deepEqual(await contents(store, ALICE), ['61=01']);
  },

  'two fences must both be held': async ({ store }) => {
    const [alice, bob] = [await store.claim(ALICE), await store.claim(BOB)];
    const both = [set(ALICE, '61', '01'), set(BOB, '61', '01')];
    await store.commit({ fences: [alice, bob], writes: both });
    const alice2 = await store.claim(ALICE);
    const later = [set(ALICE, '61', '02'), set(BOB, '61', '02')];
    for (const pair of [
      [alice, bob],
      [bob, alice],
    ]) {
      await refused(() => store.commit({ fences: pair, writes: later }), 'commit.fenced');
    }
    assert.deepEqual([await contents(store, ALICE), await contents(store, BOB)], [['61=01'], ['61=01']]);
    await store.commit({ fences: [bob, alice2], writes: later });
    await store.claim(BOB);
    await refused(() => store.commit({ fences: [bob, alice2], writes: [] }), 'commit.fenced');
    assert.deepEqual([await contents(store, ALICE), await contents(store, BOB)], [['61=02'], ['61=02']]);
  },

  'the epoch survives deletion of every entry': async ({ store }) => {
    const stale = await store.claim(ALICE);
    await commitAs(store, stale, set(ALICE, '61', '01'));
    const owner = await store.claim(ALICE);
    await commitAs(store, owner, clear(ALICE, ALL));
    assert.deepEqual(await partitions(store), []);
    await refused(() => commitAs(store, stale, set(ALICE, '61', '02')), 'commit.fenced');
    await store.commit({ writes: [set(ALICE, '61', '03'), clear(ALICE, ALL)] });
    assert.equal((await store.claim(ALICE)).epoch, 3);
    await refused(() => commitAs(store, owner, set(ALICE, '61', '02')), 'commit.fenced');
    assert.deepEqual(await contents(store, ALICE), []);
  },

  'of concurrent claims each has its epoch and one is in force': async ({ store }) => {
    const claims = await Promise.all(Array.from({ length: 12 }, () => store.claim(ALICE)));
    const epochs = claims.map(({ epoch }) => epoch).sort((a, b) => a - b);
    assert.deepEqual(
      epochs,
      Array.from({ length: 12 }, (_, index) => index + 1),
    );
    const accepted: number[] = [];
    for (const fence of claims) {
      try {
        await commitAs(store, fence, set(ALICE, '61', Uint8Array.of(fence.epoch)));
        accepted.push(fence.epoch);
      } catch (error) {
        assert.ok(isKeyspaceError(error, 'commit.fenced'), String(error));
      }
    }
    assert.deepEqual(accepted, [12]);
  },

  'a commit overtaken by a claim is applied whole or fenced': async ({ store }) => {
    const stale = await store.claim(ALICE);
    const before = commitAs(store, stale, set(ALICE, '61', '01'), set(ALICE, '62', '01'));
    const claimed = store.claim(ALICE);
    const [outcome] = await Promise.allSettled([before, claimed]);
    if (outcome.status === 'rejected') assert.ok(isKeyspaceError(outcome.reason, 'commit.fenced'));
    const expected = outcome.status === 'fulfilled' ? ['61=01', '62=01'] : [];
    assert.deepEqual(await contents(store, ALICE), expected);
    await refused(() => commitAs(store, stale, set(ALICE, '63', '01')), 'commit.fenced');
    await commitAs(store, await claimed, set(ALICE, '63', '02'));
  },

  'with fences, only fenced and shared partitions may be touched': async ({ store }) => {
    const fence = await store.claim(ALICE);
    const outside = [set(BOB, '61', '01'), del(BOB, '61'), clear(BOB, ALL), set(KEYSPACE, '61', '01')];
    await store.commit({ writes: [set(BOB, '61', '00')] });
    for (const write of outside) {
      await rejectsWith(() => commitAs(store, fence, set(ALICE, '61', '01'), write), TypeError);
      if (write.partition === KEYSPACE) continue;
      await rejectsWith(
        () =>
          store.commit({
            fences: [fence],
            sharedPartition: KEYSPACE,
            writes: [set(ALICE, '61', '01'), write],
          }),
        TypeError,
      );
    }
    const checks = [check(BOB, '61', '00')];
    await rejectsWith(
      () => store.commit({ fences: [fence], sharedPartition: KEYSPACE, checks, writes: [] }),
      TypeError,
    );
    assert.deepEqual(await partitions(store), [hex(BOB)]);
    assert.deepEqual(await contents(store, BOB), ['61=00']);
  },

  'the shared partition is written with the fence, or not at all': async ({ store }) => {
    const fence = await store.claim(ALICE);
    const shared = { fences: [fence], sharedPartition: KEYSPACE };
    await store.commit({ ...shared, writes: [set(ALICE, '61', '01'), set(KEYSPACE, '61', '01')] });
    await store.commit({
      ...shared,
      checks: [check(KEYSPACE, '61', '01'), check(ALICE, '61', '01')],
      writes: [del(KEYSPACE, '61'), set(KEYSPACE, '62', '01')],
    });
    assert.deepEqual(await contents(store, KEYSPACE), ['62=01']);
    await refused(
      () =>
        store.commit({
          ...shared,
          checks: [check(KEYSPACE, '62', '02')],
          writes: [set(ALICE, '61', '02'), set(KEYSPACE, '62', '02')],
        }),
      'commit.check_failed',
      { checkIndex: 0, keyHex: '62' },
    );
    await store.claim(ALICE);
    const writes = [set(ALICE, '61', '02'), set(KEYSPACE, '62', '02')];
    await refused(() => store.commit({ ...shared, writes }), 'commit.fenced');
    assert.deepEqual([await contents(store, ALICE), await contents(store, KEYSPACE)], [['61=01'], ['62=01']]);
  },

  'a claim of the shared partition does not fence those who share it': async ({ store }) => {
    const fence = await store.claim(ALICE);
    await store.claim(KEYSPACE);
    await store.commit({ fences: [fence], sharedPartition: KEYSPACE, writes: [set(KEYSPACE, '61', '01')] });
    assert.deepEqual(await contents(store, KEYSPACE), ['61=01']);
  },

  'without fences any partition may be written, and no fence is lost': async ({ store }) => {
    const fence = await store.claim(ALICE);
    await store.commit({ writes: [set(ALICE, '61', '01'), set(BOB, '61', '01')] });
    await commitAs(store, fence, set(ALICE, '61', '02'));
    assert.deepEqual([await contents(store, ALICE), await contents(store, BOB)], [['61=02'], ['61=01']]);
  },

  'more than two fences are refused': async ({ store }) => {
    const three = [await store.claim(ALICE), await store.claim(BOB), await store.claim(KEYSPACE)];
    const writes = [set(ALICE, '61', '01')];
    await rejectsWith(() => store.commit({ fences: three, writes }), RangeError, TypeError);
    assert.deepEqual(await partitions(store), []);
  },

  'a fence that this store did not issue is refused': async ({ store, another }) => {
    const fence = await store.claim(ALICE);
    const foreign = await (await another()).claim(ALICE);
    const copy: Fence = { partition: fence.partition, epoch: fence.epoch };
    for (const forged of [foreign, copy, {} as Fence, bytes('61') as unknown as Fence]) {
      await rejectsWith(() => commitAs(store, forged, set(ALICE, '61', '01')), TypeError);
      await rejectsWith(() => store.commit({ fences: [fence, forged], writes: [] }), TypeError);
    }
    assert.deepEqual(await partitions(store), []);
    await commitAs(store, fence, set(ALICE, '61', '01'));
  },
};
