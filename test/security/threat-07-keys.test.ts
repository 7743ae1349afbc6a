import { describe, expect, test } from 'vitest';
import { fromHex } from '../../src/bytes/index.js';
import type { KeyspaceError } from '../../src/errors.js';
import type { Store } from '../../src/store/index.js';
import { STORES, withStore } from '../stores/support.js';

const ALICE = fromHex('026100');
const VALID = { type: 'set', partition: ALICE, key: fromHex('61'), value: fromHex('01') } as const;
const ALL = { begin: new Uint8Array(0) };

const ACCEPTED = [1, 2, 1_699, 1_700];
const REFUSED = [
  [0, 'key.empty', 'key has 0 bytes, at least 1 is needed', { keyBytesMin: 1 }],
  [
    1_701,
    'key.too_large',
    'key has 1701 bytes, the store allows 1700',
    { keyBytes: 1_701, keyBytesMax: 1_700 },
  ],
  [
    70_000,
    'key.too_large',
    'key has 70000 bytes, the store allows 1700',
    { keyBytes: 70_000, keyBytesMax: 1_700 },
  ],
] as const;

/** Everything a key can be given to. */
const OPERATIONS: Record<string, (store: Store, key: Uint8Array) => unknown> = {
  get: (store, key) => store.get(ALICE, key),
  getMany: (store, key) => store.getMany(ALICE, [VALID.key, key]),
  'sync get': async (store, key) => (store.sync ?? store).get(ALICE, key),
  set: (store, key) => store.commit({ writes: [VALID, { ...VALID, key }] }),
  delete: (store, key) => store.commit({ writes: [VALID, { type: 'delete', partition: ALICE, key }] }),
  check: (store, key) =>
    store.commit({ checks: [{ partition: ALICE, key, value: undefined }], writes: [VALID] }),
};

describe.each(STORES)('threat 7 on $name', (subject) => {
  test.each(REFUSED)('a key of %i bytes is %s, with nothing written', (keyBytes, code, message, details) =>
    withStore(subject, async (store) => {
      for (const byte of [0x00, 0x61, 0xff]) {
        const key = new Uint8Array(keyBytes).fill(byte);
        for (const operate of Object.values(OPERATIONS)) {
          const error = await Promise.resolve(operate(store, key)).then(
            () => expect.fail('accepted'),
            (reason: KeyspaceError) => reason,
          );
          expect({ code: error.code, message: error.message, details: error.details }).toEqual({
            code,
            message,
            details,
          });
        }
      }
      for await (const entry of store.scan(ALICE, ALL)) expect.fail(`wrote ${entry.key.length} bytes`);
    }),
  );

  test('keys of 1 to 1,700 bytes come back as they went in', () =>
    withStore(subject, async (store) => {
      const keys = ACCEPTED.flatMap((keyBytes) =>
        [0x00, 0x61, 0xff].map((byte) => new Uint8Array(keyBytes).fill(byte)),
      );
      await store.commit({ writes: keys.map((key) => ({ ...VALID, key, value: key })) });
      expect(await store.getMany(ALICE, keys)).toEqual(keys);
      const found: Uint8Array[] = [];
      for await (const { key } of store.scan(ALICE, ALL)) found.push(key);
      expect(found).toEqual([...keys].sort(Buffer.compare));
    }));
});
