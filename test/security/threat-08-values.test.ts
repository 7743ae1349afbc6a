import { describe, expect, test } from 'vitest';
import { fromHex } from '../../src/bytes/index.js';
import type { Commit, Store, Write } from '../../src/store/index.js';
import { STORES, withStore } from '../stores/support.js';

const ALICE = fromHex('026100');
const KEY = fromHex('61');
const BEFORE = fromHex('01');
/** Larger commits are only tried where they are refused. */
const COMMIT_BYTES_TRIED_MAX = 16_777_216;

function put(key: Uint8Array, value: Uint8Array): Write {
  return { type: 'set', partition: ALICE, key, value };
}

/** Writes of so many bytes together: each but the last has a key of 4 and a value of 60,000. */
function writesOf(commitBytes: number): Write[] {
  const writes: Write[] = [];
  const value = new Uint8Array(60_000);
  for (let left = commitBytes; left > 0; ) {
    const key = new Uint8Array(4);
    new DataView(key.buffer).setUint32(0, writes.length);
    const valueBytes = left < 120_000 ? left - 4 : 60_000;
    writes.push(put(key, valueBytes === 60_000 ? value : new Uint8Array(valueBytes)));
    left -= 4 + valueBytes;
  }
  return writes;
}

async function refusedWhole(store: Store, commit: Commit, code: string, details: object): Promise<void> {
  await store.commit({ writes: [put(KEY, BEFORE)] });
  await expect(store.commit(commit)).rejects.toMatchObject({ code, details });
  const found = [];
  for await (const entry of store.scan(ALICE, { begin: new Uint8Array(0) })) found.push(entry);
  expect(found).toEqual([{ key: KEY, value: BEFORE }]);
}

describe.each(STORES)('threat 8 on $name', (subject) => {
  test('a value at the limit is stored', () =>
    withStore(subject, async (store) => {
      for (const valueBytes of [132_095, 132_096]) {
        const value = new Uint8Array(valueBytes).fill(0xa5);
        await store.commit({ writes: [put(KEY, value)] });
        expect(await store.get(ALICE, KEY)).toEqual(value);
      }
    }));

  test.each([132_097, 1_048_576])('a value of %i bytes is refused with all of its commit', (valueBytes) =>
    withStore(subject, async (store) => {
      const fence = await store.claim(ALICE);
      for (const fences of [[], [fence]]) {
        const writes = [put(KEY, fromHex('02')), put(fromHex('62'), new Uint8Array(valueBytes))];
        await refusedWhole(store, { fences, writes }, 'value.too_large', {
          valueBytes,
          valueBytesMax: 132_096,
        });
      }
    }),
  );

  test('a commit over the limit is refused whole', () =>
    withStore(subject, async (store) => {
      const { commitBytesMax } = store.limits;
      const fence = await store.claim(ALICE);
      for (const fences of [[], [fence]]) {
        const commitBytes = commitBytesMax + 1;
        await refusedWhole(store, { fences, writes: writesOf(commitBytes) }, 'commit.too_large', {
          commitBytes,
          commitBytesMax,
        });
      }
    }));

  test('a commit at the limit is stored whole', () =>
    withStore(subject, async (store) => {
      for (const commitBytes of [store.limits.commitBytesMax - 1, store.limits.commitBytesMax]) {
        if (commitBytes > COMMIT_BYTES_TRIED_MAX) continue;
        await store.commit({ writes: writesOf(commitBytes) });
        let stored = 0;
        for await (const { key, value } of store.scan(ALICE, { begin: new Uint8Array(0) })) {
          stored += key.length + value.length;
        }
        expect(stored).toBe(commitBytes);
      }
    }));
});
