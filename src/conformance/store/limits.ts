import assert from 'node:assert/strict';
import { isKeyspaceError, type Store, type Write } from '../../index.js';
import type { Section } from './runner.js';
import { ALICE, BOB, bytes, check, clear, contents, del, hex, partitions, set } from './support.js';

/** A commit of this size is written for real only where that is cheap. */
const COMMIT_BYTES_TRIED_MAX = 16_777_216;

export const limits: Section = {
  'the limits are those every store shares': async ({ store }) => {
    const { partitionBytesMax, ...others } = store.limits;
    assert.ok(partitionBytesMax >= 256 && partitionBytesMax <= 278);
    assert.deepEqual(
      { ...others, commitBytesMax: 0 },
      { keyBytesMax: 1_700, valueBytesMax: 132_096, commitBytesMax: 0 },
    );
    assert.ok(others.commitBytesMax >= 1_048_576);
  },

  'the longest key, value and partition are stored': async ({ store }) => {
    const { partitionBytesMax, keyBytesMax, valueBytesMax } = store.limits;
    const partition = new Uint8Array(partitionBytesMax).fill(0xff);
    partition[0] = 0x02;
    partition[partitionBytesMax - 1] = 0x00;
    const value = new Uint8Array(valueBytesMax).map((_, index) => index * 7);
    for (const byte of [0x00, 0x61, 0xff]) {
      const key = new Uint8Array(keyBytesMax).fill(byte);
      await store.commit({
        checks: [{ partition, key, value: undefined }],
        writes: [set(partition, key, value)],
      });
      await store.commit({
        checks: [{ partition, key, value }],
        writes: [set(partition, key.slice(0, 1), '')],
      });
      assert.deepEqual(await store.get(partition, key), value);
    }
    const fence = await store.claim(partition);
    assert.deepEqual(await partitions(store), [hex(partition)]);
    const keys: number[] = [];
    for await (const { key } of store.scan(partition, { begin: bytes('') })) keys.push(key.length);
    assert.deepEqual(keys, [1, keyBytesMax, 1, keyBytesMax, 1, keyBytesMax]);
    await store.commit({ fences: [fence], writes: [clear(partition, { begin: bytes('') })] });
    assert.deepEqual(await partitions(store), []);
  },

  'an empty key is refused wherever a key is taken': async ({ store }) => {
    await refusedKey(store, bytes(''), { keyBytesMin: 1 });
  },

  'an over-long key is refused wherever a key is taken': async ({ store }) => {
    const { keyBytesMax } = store.limits;
    for (const keyBytes of [keyBytesMax + 1, 70_000]) {
      await refusedKey(store, new Uint8Array(keyBytes).fill(0x61), { keyBytes, keyBytesMax });
    }
  },

  'an over-long value is refused, with nothing written': async ({ store }) => {
    const { valueBytesMax } = store.limits;
    for (const valueBytes of [valueBytesMax + 1, valueBytesMax * 2]) {
      await nothingWritten(
        store,
        [set(ALICE, '62', new Uint8Array(valueBytes)), set(ALICE, '63', '01')],
        'value.too_large',
        { valueBytes, valueBytesMax },
      );
    }
  },

  'an over-large commit is refused, with nothing written': async ({ store }) => {
    const { commitBytesMax } = store.limits;
    // `nothingWritten` adds a write of two bytes.
    const writes = writesOf(store, commitBytesMax - 1);
    await nothingWritten(store, writes, 'commit.too_large', {
      commitBytes: commitBytesMax + 1,
      commitBytesMax,
    });
    const clears = Array.from({ length: 3 }, () =>
      clear(ALICE, { begin: new Uint8Array(10), end: bytes('ff') }),
    );
    await nothingWritten(store, [...writesOf(store, commitBytesMax - 34), ...clears], 'commit.too_large', {
      commitBytes: commitBytesMax + 1,
      commitBytesMax,
    });
  },

  'a commit of exactly the largest size is stored': async ({ store }) => {
    const { commitBytesMax } = store.limits;
    if (commitBytesMax > COMMIT_BYTES_TRIED_MAX) return;
    const writes = writesOf(store, commitBytesMax);
    await store.commit({ writes });
    let count = 0;
    let total = 0;
    for await (const { key, value } of store.scan(ALICE, { begin: bytes('') })) {
      count++;
      total += key.length + value.length;
    }
    assert.deepEqual([count, total], [writes.length, commitBytesMax]);
  },
};

/** Sets of distinct keys and, together, exactly so many bytes; the values share one array. */
function writesOf(store: Store, commitBytes: number): Write[] {
  const value = new Uint8Array(store.limits.valueBytesMax);
  const keyBytes = 4;
  const writes: Write[] = [];
  for (let left = commitBytes; left > 0; ) {
    const key = new Uint8Array(keyBytes);
    new DataView(key.buffer).setUint32(0, writes.length);
    // What is left after this one must still have room for a key.
    const room = left - keyBytes;
    const valueBytes = room > value.length ? Math.min(value.length, room - keyBytes) : room;
    writes.push(set(ALICE, key, value.subarray(0, valueBytes)));
    left -= keyBytes + valueBytes;
  }
  return writes;
}

async function nothingWritten(
  store: Store,
  writes: readonly Write[],
  code: 'value.too_large' | 'commit.too_large',
  details: Record<string, number>,
): Promise<void> {
  await store.commit({ writes: [set(ALICE, '61', '01')] });
  const fence = await store.claim(ALICE);
  for (const fences of [undefined, [fence]]) {
    await refusedExactly(
      () => store.commit({ fences, writes: [set(ALICE, '61', '02'), ...writes] }),
      code,
      details,
    );
  }
  assert.deepEqual(await contents(store, ALICE), ['61=01']);
  await store.commit({ fences: [fence], writes: [set(ALICE, '61', '01')] });
}

async function refusedKey(store: Store, key: Uint8Array, details: Record<string, number>): Promise<void> {
  const code = key.length === 0 ? 'key.empty' : 'key.too_large';
  const valid = set(ALICE, '61', '01');
  await store.commit({ writes: [clear(ALICE, { begin: bytes('') })] });
  const fence = await store.claim(ALICE);
  const snapshot = await store.snapshot();
  const attempts: (() => unknown)[] = [
    () => store.get(ALICE, key),
    () => store.getMany(ALICE, [bytes('61'), key]),
    () => snapshot.get(ALICE, key),
    () => store.commit({ writes: [valid, set(ALICE, key, '01')] }),
    () => store.commit({ writes: [valid, del(ALICE, key)] }),
    () => store.commit({ fences: [fence], writes: [valid, set(ALICE, key, '01')] }),
    () => store.commit({ fences: [fence], writes: [valid, del(ALICE, key)] }),
    () => store.commit({ checks: [{ partition: BOB, key, value: undefined }], writes: [valid] }),
  ];
  const { sync } = store;
  if (sync)
    attempts.push(
      () => sync.get(ALICE, key),
      () => sync.getMany(ALICE, [key]),
    );
  for (const attempt of attempts) await refusedExactly(attempt, code, details);
  snapshot.close();
  assert.deepEqual(await contents(store, ALICE), []);
  await store.commit({ checks: [check(ALICE, '61', undefined)], writes: [valid] });
  assert.deepEqual(await contents(store, ALICE), ['61=01']);
}

/** The numbers a caller is told are those that were compared, in the details and in the message. */
async function refusedExactly(
  operation: () => unknown,
  code: 'key.empty' | 'key.too_large' | 'value.too_large' | 'commit.too_large',
  details: Record<string, number>,
): Promise<void> {
  await assert.rejects(
    async () => operation(),
    (error) => {
      assert.ok(isKeyspaceError(error, code), `expected ${code}, got ${String(error)}`);
      assert.deepEqual(error.details, details);
      for (const number of Object.values(details)) assert.match(error.message, new RegExp(`\\b${number}\\b`));
      return true;
    },
  );
}
