import { describe, expect, test } from 'vitest';
import { compareBytes, concatBytes, fromHex, toHex } from '../../src/bytes/index.js';
import { type KeyRange, rootedStore, type Store, type Write } from '../../src/store/index.js';
import { STORES, withStore } from '../stores/support.js';

// The id of one actor is a prefix of the other's, and both have a neighbour on either side.
const ACTORS = ['026100', '0261ff00'].map(fromHex);
const PARTITIONS = ['026000', '026100', '02610100', '0261ff00', '026200', '14'].map(fromHex);

const EDGES = ['00', '01', '61', 'ff'];
const KEYS = [
  ...EDGES,
  ...EDGES.flatMap((a) => EDGES.map((b) => a + b)),
  ...['00', '61', 'ff'].flatMap((a) =>
    ['00', '61', 'ff'].flatMap((b) => ['00', '61', 'ff'].map((c) => a + b + c)),
  ),
]
  .map(fromHex)
  .sort(compareBytes);

/** Every key, raw names of both actors and of what lies beyond them, and more `ff` than any key has. */
const BOUNDS = [...KEYS, ...PARTITIONS, fromHex('ff'.repeat(300)), new Uint8Array(0)];

function fill(partition: Uint8Array): Write[] {
  return KEYS.map((key) => ({ type: 'set', partition, key, value: concatBytes(partition, key) }));
}

function expected(partition: Uint8Array, isInside: (key: Uint8Array) => boolean): string[] {
  return KEYS.filter(isInside).map((key) => toHex(concatBytes(partition, key)));
}

const inside =
  ({ begin, end }: KeyRange) =>
  (key: Uint8Array) =>
    compareBytes(key, begin) >= 0 && (end === undefined || compareBytes(key, end) < 0);

async function values(
  store: Store,
  partition: Uint8Array,
  range: KeyRange,
  reverse = false,
): Promise<string[]> {
  const found: string[] = [];
  for await (const { value } of store.scan(partition, range, { reverse })) found.push(toHex(value));
  return found;
}

const VIEWS = STORES.flatMap((subject) => [
  { name: subject.name, subject, root: '' },
  { name: `${subject.name} below a root`, subject, root: '01ff00' },
]);

describe.each(VIEWS)('threat 5 on $name', ({ subject, root }) => {
  test('a scan between any two raw bounds stays in its actor', () =>
    withStore(subject, async (opened) => {
      const store = rootedStore(opened, fromHex(root));
      await store.commit({ writes: PARTITIONS.flatMap(fill) });
      for (const partition of ACTORS) {
        for (const begin of BOUNDS) {
          for (const end of [...BOUNDS, undefined]) {
            const range = { begin, end };
            const wanted = expected(partition, inside(range));
            expect(await values(store, partition, range)).toEqual(wanted);
            if (end !== undefined && compareBytes(end, fromHex('ff')) < 0) continue;
            expect(await values(store, partition, range, true)).toEqual(wanted.reverse());
          }
        }
      }
    }));

  test('clearing between raw bounds stays in its actor', () =>
    withStore(subject, async (opened) => {
      const store = rootedStore(opened, fromHex(root));
      await store.commit({ writes: PARTITIONS.flatMap(fill) });
      const [partition] = ACTORS as [Uint8Array];
      for (const begin of BOUNDS) {
        for (const end of [
          fromHex('61'),
          fromHex('ff'),
          fromHex('0261ff00'),
          fromHex('ff'.repeat(300)),
          undefined,
        ]) {
          const range = { begin, end };
          await store.commit({ writes: [...fill(partition), { type: 'clearRange', partition, range }] });
          const isLeft = (key: Uint8Array) => !inside(range)(key);
          const all = { begin: new Uint8Array(0) };
          expect(await values(store, partition, all)).toEqual(expected(partition, isLeft));
        }
      }
      for (const other of PARTITIONS.filter((each) => each !== PARTITIONS[1])) {
        expect(await values(store, other, { begin: new Uint8Array(0) })).toEqual(expected(other, () => true));
      }
    }));
});
