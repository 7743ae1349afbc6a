import assert from 'node:assert/strict';
import type { Fence, Snapshot, Store } from '../../index.js';
import type { Section } from './runner.js';
import { ALICE, ALL, bytes, clear, contents, entries, partitions, rejectsWith, set } from './support.js';

const NOT_BYTES = [
  undefined,
  null,
  'a',
  1,
  true,
  [0x61],
  {},
  new ArrayBuffer(1),
  new DataView(new ArrayBuffer(1)),
  new Uint16Array(1),
  { length: 1, 0: 0x61 },
] as unknown as Uint8Array[];

const NOT_PARTITIONS = [
  '',
  '00',
  '02',
  '0261',
  '026100ff',
  '02610000',
  '1400',
  '1414',
  '03',
  '15',
  'ff',
  '01610000',
  '016100',
  '0161',
  '01610001620014',
].map(bytes);

type Attempt = (partition: Uint8Array) => unknown;

/** Everything that names a partition. */
function operations(store: Store, snapshot: Snapshot): Attempt[] {
  const key = bytes('61');
  const attempts: Attempt[] = [
    (partition) => store.claim(partition),
    (partition) => store.commit({ writes: [set(ALICE, '61', '01'), set(partition, key, '01')] }),
    (partition) => store.commit({ writes: [set(ALICE, '61', '01'), { type: 'delete', partition, key }] }),
    (partition) => store.commit({ writes: [set(ALICE, '61', '01'), clear(partition, ALL)] }),
    (partition) =>
      store.commit({ checks: [{ partition, key, value: undefined }], writes: [set(ALICE, '61', '01')] }),
  ];
  for (const reader of [store, snapshot]) {
    attempts.push(
      (partition) => reader.get(partition, key),
      (partition) => reader.getMany(partition, [key]),
      (partition) => entries(reader.scan(partition, ALL)),
    );
    const { sync } = reader;
    if (sync === undefined) continue;
    attempts.push(
      (partition) => sync.get(partition, key),
      (partition) => sync.getMany(partition, [key]),
      (partition) => entries(sync.scan(partition, ALL)),
    );
  }
  return attempts;
}

export const wrongArguments: Section = {
  'what is not bytes is no partition': async ({ store }) => {
    const snapshot = await store.snapshot();
    for (const attempt of operations(store, snapshot)) {
      for (const partition of NOT_BYTES) await rejectsWith(() => attempt(partition), TypeError);
    }
    snapshot.close();
    assert.deepEqual(await partitions(store), []);
  },

  'a partition that does not end itself is refused': async ({ store }) => {
    const snapshot = await store.snapshot();
    const tooLong = new Uint8Array(store.limits.partitionBytesMax + 1).fill(0x61);
    tooLong[0] = 0x02;
    tooLong[tooLong.length - 1] = 0x00;
    for (const attempt of operations(store, snapshot)) {
      for (const partition of [...NOT_PARTITIONS, tooLong])
        await rejectsWith(() => attempt(partition), RangeError);
    }
    snapshot.close();
    assert.deepEqual(await partitions(store), []);
  },

  'what is not bytes is no key, value or bound': async ({ store }) => {
    const valid = set(ALICE, '61', '01');
    const { sync } = store;
    for (const wrong of NOT_BYTES) {
      const attempts: (() => unknown)[] = [
        () => store.get(ALICE, wrong),
        () => store.getMany(ALICE, [bytes('61'), wrong]),
        () => entries(store.scan(ALICE, { begin: wrong })),
        () =>
          store.commit({
            writes: [valid, { type: 'set', partition: ALICE, key: wrong, value: bytes('01') }],
          }),
        () =>
          store.commit({
            writes: [valid, { type: 'set', partition: ALICE, key: bytes('61'), value: wrong }],
          }),
        () => store.commit({ writes: [valid, { type: 'delete', partition: ALICE, key: wrong }] }),
        () => store.commit({ writes: [valid, clear(ALICE, { begin: wrong })] }),
        () => store.commit({ checks: [{ partition: ALICE, key: wrong, value: undefined }], writes: [valid] }),
      ];
      // An absent end, or value of a check, has a meaning of its own.
      if (wrong !== undefined) {
        attempts.push(
          () => entries(store.scan(ALICE, { begin: bytes(''), end: wrong })),
          () => store.commit({ writes: [valid, clear(ALICE, { begin: bytes(''), end: wrong })] }),
          () =>
            store.commit({ checks: [{ partition: ALICE, key: bytes('62'), value: wrong }], writes: [valid] }),
        );
      }
      if (sync) {
        attempts.push(
          () => sync.get(ALICE, wrong),
          () => sync.getMany(ALICE, [wrong]),
          () => entries(sync.scan(ALICE, { begin: wrong })),
        );
      }
      for (const attempt of attempts) await rejectsWith(attempt, TypeError);
    }
    assert.deepEqual(await contents(store, ALICE), []);
  },

  'wrongly shaped arguments are refused': async ({ store }) => {
    const fence = await store.claim(ALICE);
    const valid = set(ALICE, '61', '01');
    const attempts: (() => unknown)[] = [
      () => store.commit(undefined as never),
      () => store.commit({} as never),
      () => store.commit({ writes: [valid, undefined as never] }),
      () => store.commit({ writes: [valid, { ...valid, type: 'put' } as never] }),
      () => store.commit({ checks: [null as never], writes: [valid] }),
      () => store.commit({ fences: [null as unknown as Fence], writes: [valid] }),
      () => store.commit({ fences: [fence], sharedPartition: 'a' as never, writes: [valid] }),
      () => store.getMany(ALICE, undefined as never),
      () => store.getMany(ALICE, 'ab' as never),
      () => entries(store.scan(ALICE, undefined as never)),
      () => entries(store.scan(ALICE, {} as never)),
      () => store.commit({ writes: [valid, clear(ALICE, undefined as never)] }),
    ];
    for (const attempt of attempts) await rejectsWith(attempt, TypeError);
    assert.deepEqual(await partitions(store), []);
  },

  'a limit is a whole number of 0 or more': async ({ store }) => {
    for (const limit of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, '1', null, 2 ** 53] as number[]) {
      await rejectsWith(() => entries(store.scan(ALICE, ALL, { limit })), RangeError, TypeError);
    }
  },

  'refused arguments leave the store as it was': async ({ store }) => {
    const fence = await store.claim(ALICE);
    await store.commit({ fences: [fence], writes: [set(ALICE, '61', '01')] });
    await rejectsWith(
      () => store.commit({ fences: [fence], writes: [set(ALICE, '61', 'a' as never), null as never] }),
      TypeError,
    );
    await store.commit({ fences: [fence], writes: [set(ALICE, '62', '01')] });
    assert.deepEqual(await contents(store, ALICE), ['61=01', '62=01']);
  },
};
