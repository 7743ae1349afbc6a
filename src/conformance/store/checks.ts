import assert from 'node:assert/strict';
import { isKeyspaceError, type Store } from '../../index.js';
import type { Section } from './runner.js';
import { ALICE, ALL, BOB, bytes, check, clear, contents, hex, refused, set } from './support.js';

export const checks: Section = {
  'a check holds for exactly the value there': async ({ store }) => {
    await store.commit({ writes: [set(ALICE, '61', '0102'), set(ALICE, '62', '')] });
    await store.commit({
      checks: [check(ALICE, '61', '0102'), check(ALICE, '62', ''), check(ALICE, '63', undefined)],
      writes: [set(ALICE, '63', '01')],
    });
    assert.deepEqual(await contents(store, ALICE), ['61=0102', '62=', '63=01']);
  },

  'a check that does not hold leaves nothing of the commit': async ({ store }) => {
    await store.commit({ writes: [set(ALICE, '61', '0102'), set(ALICE, '62', ''), set(BOB, '61', '01')] });
    const failing = [
      check(ALICE, '61', '01'),
      check(ALICE, '61', '010203'),
      check(ALICE, '61', '0103'),
      check(ALICE, '61', ''),
      check(ALICE, '61', undefined),
      check(ALICE, '62', undefined),
      check(ALICE, '62', '00'),
      check(ALICE, '63', ''),
      check(ALICE, '6100', '0102'),
      check(BOB, '61', '0102'),
      { ...check(ALICE, '61', '01'), value: new Uint8Array(store.limits.valueBytesMax + 1) },
    ];
    const before = [await contents(store, ALICE), await contents(store, BOB)];
    for (const one of failing) {
      await refused(
        () =>
          store.commit({
            checks: [one],
            writes: [set(ALICE, '61', '09'), set(ALICE, '64', '09'), clear(BOB, ALL)],
          }),
        'commit.check_failed',
        { checkIndex: 0, keyHex: hex(one.key) },
      );
      assert.deepEqual([await contents(store, ALICE), await contents(store, BOB)], before);
    }
  },

  'the error counts the first check that does not hold': async ({ store }) => {
    await store.commit({ writes: [set(ALICE, '61', '01'), set(BOB, '61', '02')] });
    const list = [
      check(ALICE, '61', '01'),
      check(BOB, '61', '02'),
      check(BOB, '6200ff', '01'),
      check(ALICE, '61', '03'),
    ];
    const details = { checkIndex: 2, keyHex: '6200ff' };
    await refused(() => store.commit({ checks: list, writes: [] }), 'commit.check_failed', details);
  },

  'checks see the store before the writes of their commit': async ({ store }) => {
    await store.commit({ checks: [check(ALICE, '61', undefined)], writes: [set(ALICE, '61', '01')] });
    await refused(
      () => store.commit({ checks: [check(ALICE, '61', '02')], writes: [set(ALICE, '61', '02')] }),
      'commit.check_failed',
    );
    await store.commit({ checks: [check(ALICE, '61', '01')], writes: [clear(ALICE, ALL)] });
    assert.deepEqual(await contents(store, ALICE), []);
  },

  'checks hold for an owner as for anyone': async ({ store }) => {
    const fence = await store.claim(ALICE);
    await store.commit({ fences: [fence], writes: [set(ALICE, '61', '01')] });
    await store.commit({
      fences: [fence],
      checks: [check(ALICE, '61', '01'), check(ALICE, '62', undefined)],
      writes: [set(ALICE, '62', '01')],
    });
    await refused(
      () =>
        store.commit({
          fences: [fence],
          checks: [check(ALICE, '61', '01'), check(ALICE, '62', '02')],
          writes: [clear(ALICE, ALL)],
        }),
      'commit.check_failed',
      { checkIndex: 1, keyHex: '62' },
    );
    assert.deepEqual(await contents(store, ALICE), ['61=01', '62=01']);
  },

  'of commits that check the same absent key, one wins': async ({ store }) => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        store.commit({
          checks: [check(ALICE, '61', undefined)],
          writes: [set(ALICE, '61', Uint8Array.of(index))],
        }),
      ),
    );
    const winners = outcomes.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []));
    assert.equal(winners.length, 1);
    assert.deepEqual(await store.get(ALICE, bytes('61')), Uint8Array.of(winners[0]!));
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') assert.ok(isKeyspaceError(outcome.reason, 'commit.check_failed'));
    }
  },

  'concurrent increments are all counted': async ({ store }) => {
    await Promise.all(Array.from({ length: 16 }, () => increment(store, 5)));
    assert.equal(hex(await store.get(ALICE, bytes('61'))), '50');
  },
};

/** Counts up by reading, checking what was read, and trying again. */
async function increment(store: Store, times: number): Promise<void> {
  const key = bytes('61');
  for (let done = 0; done < times; ) {
    const value = await store.get(ALICE, key);
    try {
      await store.commit({
        checks: [{ partition: ALICE, key, value }],
        writes: [set(ALICE, key, Uint8Array.of((value?.[0] ?? 0) + 1))],
      });
      done++;
    } catch (error) {
      if (!isKeyspaceError(error, 'commit.check_failed')) throw error;
    }
  }
}
