import { expect, test } from 'vitest';
import { toHex } from '../../src/bytes/index.js';
import { openKeyspace } from '../../src/keyspace/index.js';
import { encodeActorPartition } from '../../src/layout/index.js';
import type { Store } from '../../src/store/index.js';
import { HeldStore } from '../actor/support.js';
import { HEADER, HEADER_KEY, onEveryStore, openActor, plant, storedEntries, USAGE_KEY } from './support.js';
import { payloadVectors } from './vectors.js';

const shared = (store: Store) => openKeyspace({ store, sharedStore: true });
const METADATA_0 = '04000200000000000000' + '01000000';

/** One entry of each family that only the older layout has. */
const LAYOUT_0: readonly (readonly [string, string])[] = [
  ['050000000000000001', '0400'],
  ['06', METADATA_0],
  ['0715011501', '6e'],
  ['07150215016100', '00'],
  ['08150116699d0c', '00'],
  ['090000', '01000000000000000000'],
  ['09010000000000', 'aa'],
];
/** One entry of each family that only the current layout has. */
const LAYOUT_1: readonly (readonly [string, string])[] = [
  ['050101', METADATA_0],
  ['0501020000000000000001', '0400'],
  ['060115011501', '6e'],
  ['070115011501', '00'],
  ['08010000', '01000000000000000000'],
  ['0a011501', '00'],
  ['0b01026100', '00'],
];
/** Families that both have, and an alarm record of later RivetKit versions. */
const EITHER: readonly (readonly [string, string])[] = [
  ['01', payloadVectors('actor', 4)[0]?.valueHex as string],
  ['02632d31', payloadVectors('connection', 4)[1]?.valueHex as string],
  ['03', '746f6b656e'],
  ['0400', '31'],
  ['06', '0400000000000000'],
];

async function epochOf(store: Store): Promise<number> {
  return (await store.claim(encodeActorPartition('a'))).epoch;
}

onEveryStore((open) => {
  test('the header comes with the first stored entry, in its commit, and only then', async () => {
    const { store: inner } = await open();
    const store = new HeldStore(inner);
    const keyspace = await shared(store);
    const actor = await keyspace.openActor('a');
    await actor.kv.delete('k');
    await actor.kv.clear();
    await actor.transaction(async (tx) => {
      await tx.kv.set('k', '1');
      await tx.kv.delete('k');
    });
    await expect(actor.kv.set('k', new Uint8Array(131_073))).rejects.toMatchObject({
      code: 'value.too_large',
    });
    expect(await storedEntries(inner)).toEqual([]);
    await actor.transaction(async (tx) => {
      await tx.kv.set('k', '1');
    });
    expect(await storedEntries(inner)).toEqual([HEADER, ['046b', '31']]);
    const commits = store.commits.length;
    await actor.kv.set('l', '1');
    const again = await keyspace.openActor('a');
    await again.kv.set('m', '1');
    for (const commit of store.commits.slice(commits)) {
      const keys = commit.writes.map((write) => (write.type === 'set' ? toHex(write.key) : write.type));
      expect(keys).toEqual([expect.stringMatching(/^04/), USAGE_KEY]);
    }
    expect((await storedEntries(inner))[0]).toEqual(HEADER);
  });

  test('a refused first write does not use the header up', async () => {
    const { store } = await open();
    const actor = await (await shared(store)).openActor('a');
    const failing = actor.transaction(async (tx) => {
      await tx.kv.set('k', '1');
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    await actor.kv.set('k', '1');
    expect((await storedEntries(store))[0]).toEqual(HEADER);
  });

  test('deleting everything leaves the header, which is no reason to add one again', async () => {
    const { actor, keyspace, store } = await openActor(open);
    await actor.kv.set('k', '1');
    await actor.kv.clear();
    expect(await storedEntries(store)).toEqual([HEADER]);
    await keyspace.deleteActor('a');
    const again = await keyspace.openActor('a');
    expect(await storedEntries(store)).toEqual([]);
    await again.kv.set('k', '1');
    expect(await storedEntries(store)).toEqual([HEADER, ['046b', '31']]);
  });

  test('an actor of layout 0 opens for reading, whichever family shows it, and is not claimed', async () => {
    for (const entry of LAYOUT_0) {
      const { store } = await open();
      const fixture = [...EITHER.slice(0, 4), entry];
      await plant(store, fixture);
      const before = await storedEntries(store);
      const keyspace = await shared(store);
      const reader = await keyspace.openActor('a', { readOnly: true });
      expect(reader.layout).toBe(0);
      expect(await reader.kv.getText(Uint8Array.of(0))).toBe('1');
      expect(await reader.state.get()).toBeDefined();
      expect((await reader.connections.get('c-1'))?.id).toBe('c-1');
      expect(await reader.inspectorToken.get()).toBe('token');
      await expect(keyspace.openActor('a')).rejects.toMatchObject({
        code: 'layout.migration_required',
        details: { layoutVersion: 0, layoutVersionCurrent: 1 },
      });
      expect(await storedEntries(store)).toEqual(before);
      expect(await epochOf(store)).toBe(1);
    }
  });

  test('an actor that RivetKit wrote opens, and gets its header with the first write', async () => {
    for (const entry of LAYOUT_1) {
      const { store } = await open();
      await plant(store, [...EITHER, entry]);
      const before = await storedEntries(store);
      const keyspace = await shared(store);
      expect((await keyspace.openActor('a', { readOnly: true })).layout).toBe(1);
      const actor = await keyspace.openActor('a');
      expect(actor.layout).toBe(1);
      expect((await actor.connections.get('c-1'))?.id).toBe('c-1');
      expect(await storedEntries(store)).toEqual(before);
      await actor.kv.set('k', '1');
      expect(await storedEntries(store)).toEqual(
        [HEADER, ...before, ['046b', '31']].sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
      );
    }
  });

  test('an actor with only what both layouts have opens as well', async () => {
    const { store } = await open();
    await plant(store, EITHER);
    const keyspace = await shared(store);
    expect((await keyspace.openActor('a', { readOnly: true })).layout).toBe(undefined);
    const actor = await keyspace.openActor('a');
    expect(actor.layout).toBe(1);
    await actor.kv.set('k', '1');
    expect((await storedEntries(store))[0]).toEqual(HEADER);
  });

  test('an actor of both layouts is refused, for reading too, and not claimed', async () => {
    for (const [i, older] of LAYOUT_0.entries()) {
      const { store } = await open();
      await plant(store, [older, LAYOUT_1[i] as [string, string]]);
      const keyspace = await shared(store);
      for (const readOnly of [false, true]) {
        await expect(keyspace.openActor('a', { readOnly })).rejects.toMatchObject({
          code: 'layout.mixed',
          details: { layoutVersions: [0, 1] },
        });
      }
      expect(await epochOf(store)).toBe(1);
    }
  });

  test('a header is believed, whatever else is there', async () => {
    const { store } = await open();
    await plant(store, [[HEADER_KEY, '01000000'], ...LAYOUT_1]);
    const keyspace = await shared(store);
    await expect(keyspace.openActor('a')).rejects.toMatchObject({ code: 'layout.migration_required' });
    expect((await keyspace.openActor('a', { readOnly: true })).layout).toBe(0);
    await plant(store, [HEADER, ...LAYOUT_0]);
    expect((await keyspace.openActor('a', { readOnly: true })).layout).toBe(1);
    await keyspace.openActor('a');
  });

  test('a damaged header is refused, and the actor not claimed', async () => {
    for (const [valueHex, code] of [
      ['', 'value.malformed'],
      ['0100', 'value.malformed'],
      ['0100010000', 'value.malformed'],
      ['0200010000', 'value.version_unsupported'],
    ] as const) {
      const { store } = await open();
      await plant(store, [[HEADER_KEY, valueHex]]);
      const keyspace = await shared(store);
      for (const readOnly of [false, true]) {
        await expect(keyspace.openActor('a', { readOnly })).rejects.toMatchObject({ code });
      }
      expect(await epochOf(store)).toBe(1);
    }
  });

  test('an owner that migrates between a look and the claim is seen', async () => {
    const { store: inner } = await open();
    const store = new HeldStore(inner);
    const claim = store.claim.bind(store);
    store.claim = async (partition) => {
      const fence = await claim(partition);
      await plant(inner, [[HEADER_KEY, '01000200']]);
      return fence;
    };
    const keyspace = await shared(store);
    await expect(keyspace.openActor('a')).rejects.toMatchObject({ code: 'layout.unsupported' });
  });
});
