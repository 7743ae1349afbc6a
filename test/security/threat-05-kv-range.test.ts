import { expect, test } from 'vitest';
import { compareBytes, toHex } from '../../src/bytes/index.js';
import type { ActorKv, KvSelection } from '../../src/kv/index.js';
import { collect, onEveryStore, openActor, plant, storedEntries } from '../keyspace/support.js';

const EDGE_BYTES = [0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x14, 0xfe, 0xff];

/** Bounds that lie before, at and beyond the ends of an actor's user keys, of an actor and of a store. */
const BOUNDS: readonly Uint8Array[] = [
  new Uint8Array(),
  ...EDGE_BYTES.map((byte) => Uint8Array.of(byte)),
  ...EDGE_BYTES.map((byte) => Uint8Array.of(byte, 0x00)),
  ...EDGE_BYTES.map((byte) => Uint8Array.of(byte, 0xff, 0xff)),
  ...['02610000', '0262000400', '026200', '0261ff00', '14', '0163000262'].map((hex) =>
    Uint8Array.from(Buffer.from(hex, 'hex')),
  ),
  new Uint8Array(1_699).fill(0xff),
  new Uint8Array(1_700).fill(0xff),
  new Uint8Array(3_000).fill(0x00),
  new Uint8Array(3_000).fill(0xff),
  new Uint8Array(70_000).fill(0xff),
];

const NEIGHBOURS = ['a', 'b', 'a\u0001', 'aa', '\u0001', 'c'];

onEveryStore((open) => {
  test('no selection reads or clears anything but user keys of its own actor', async () => {
    const { keyspace, store } = await openActor(open);
    // In every other namespace too.
    const everywhere = ['00', '01', '02', '0261', '03', '05', '0501', 'ff', 'ffff'];
    for (const id of NEIGHBOURS) {
      await plant(
        store,
        [...everywhere, ...BOUNDS.filter(({ length }) => length < 1_700).map((key) => `04${toHex(key)}`)].map(
          (key) => [key, toHex(Buffer.from(id))] as const,
        ),
        id,
      );
    }
    const { kv } = await keyspace.openActor('b', { readOnly: true });
    const own = (await collect(kv.scan())).map(({ key }) => key);
    expect(own).toHaveLength(new Set(BOUNDS.filter(({ length }) => length < 1_700).map(toHex)).size);
    const expectSelected = async (selection: KvSelection, isSelected: (key: Uint8Array) => boolean) => {
      const expected = own.filter(isSelected).map(toHex);
      for (const entries of await readings(kv, selection)) {
        expect(entries.map(({ key }) => toHex(key))).toEqual(expected);
        for (const { value } of entries) expect(toHex(value)).toBe('62');
      }
    };
    for (const begin of BOUNDS) {
      await expectSelected({ begin }, (key) => compareBytes(key, begin) >= 0);
      await expectSelected({ end: begin }, (key) => compareBytes(key, begin) < 0);
      await expectSelected({ prefix: begin }, (key) => toHex(key).startsWith(toHex(begin)));
    }
    for (const [i, begin] of BOUNDS.entries()) {
      const end = BOUNDS[(i * 7 + 3) % BOUNDS.length] as Uint8Array;
      await expectSelected(
        { begin, end },
        (key) => compareBytes(key, begin) >= 0 && compareBytes(key, end) < 0,
      );
    }
  });

  test('clearing with any bounds leaves the rest of the store as it was', async () => {
    const { keyspace, store } = await openActor(open);
    const everywhere = [
      '0001026c61796f757400',
      '01',
      '0261',
      '03',
      '04',
      '0400',
      '04ff',
      '04ffff',
      '0501',
      'ff',
    ];
    const values = everywhere.map(
      (key) => [key, key === '0001026c61796f757400' ? '01000100' : '00'] as const,
    );
    for (const id of NEIGHBOURS) await plant(store, values, id);
    const actor = await keyspace.openActor('b');
    for (const bound of BOUNDS) {
      for (const selection of [{ prefix: bound }, { begin: bound }, { end: bound }]) {
        await actor.kv.clear(selection);
        for (const id of NEIGHBOURS) {
          const kept = (await storedEntries(store, id)).map(([key]) => key);
          if (id === 'b') expect(kept.filter((key) => !key.startsWith('04'))).toHaveLength(6);
          else expect(kept).toEqual(everywhere);
        }
        await plant(store, values, 'b');
      }
    }
  });
});

/** The same selection read in every way there is, always in key order. */
async function readings(kv: ActorKv, selection: KvSelection) {
  const backwards = await collect(kv.scan({ ...selection, reverse: true }));
  const page = await kv.page({ ...selection, limit: 1_000 });
  return [await collect(kv.scan(selection)), backwards.reverse(), page.entries];
}
