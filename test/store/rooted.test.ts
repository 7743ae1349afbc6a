import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/index.js';
import { rootedStore, type Store } from '../../src/store/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';

const ROOTS = ['', '0100', '016100', '01616100', '0161ff00', '01ff00'];
const LOCAL = ['026100', '02616100', '14'];
const ALL = { begin: new Uint8Array(0) };
const KEY = Uint8Array.of(0x61);

async function listed(store: Pick<Store, 'listPartitions'>): Promise<string[]> {
  const found: string[] = [];
  for await (const partition of store.listPartitions()) found.push(toHex(partition));
  return found;
}

describe('rootedStore', () => {
  test('views of different roots share nothing', async () => {
    const store = new MemoryStore();
    const views = ROOTS.map((root) => ({ root, view: rootedStore(store, fromHex(root)) }));
    for (const { root, view } of views) {
      for (const local of LOCAL) {
        const partition = fromHex(local);
        await view.commit({ writes: [{ type: 'set', partition, key: KEY, value: fromHex(root) }] });
        expect((await view.claim(partition)).epoch).toBe(1);
      }
    }
    for (const { root, view } of views) {
      expect(await listed(view)).toEqual(LOCAL);
      const snapshot = await view.snapshot();
      expect(await listed(snapshot)).toEqual(LOCAL);
      for (const local of LOCAL) {
        const partition = fromHex(local);
        expect(toHex((await view.get(partition, KEY))!)).toBe(root);
        expect(toHex(view.sync!.get(partition, KEY)!)).toBe(root);
        expect(toHex((await snapshot.get(partition, KEY))!)).toBe(root);
        await view.commit({ writes: [{ type: 'clearRange', partition, range: ALL }] });
      }
      expect(await listed(view)).toEqual([]);
      snapshot.close();
    }
    expect(await listed(store)).toEqual([]);
  });

  test('a partition of the view is root and partition in the store', async () => {
    const store = new MemoryStore();
    const view = rootedStore(store, fromHex('017200'));
    const fence = await view.claim(fromHex('026100'));
    expect(toHex(fence.partition)).toBe('026100');
    const write = { type: 'set', partition: fromHex('026100'), key: KEY, value: KEY } as const;
    await view.commit({ fences: [fence], writes: [write] });
    expect(await listed(store)).toEqual(['017200026100']);
    expect((await store.claim(fromHex('017200026100'))).epoch).toBe(2);
    await expect(view.commit({ fences: [fence], writes: [] })).rejects.toMatchObject({
      code: 'commit.fenced',
    });
  });

  test.each(['', '017200'])('below the root %o no other root is reached', async (root) => {
    const store = new MemoryStore();
    const view = rootedStore(store, fromHex(root));
    for (const hex of ['01610014', '017200026100', '010014']) {
      const partition = fromHex(hex);
      const writes = [{ type: 'set', partition, key: KEY, value: KEY } as const];
      await expect(view.get(partition, KEY)).rejects.toThrow(RangeError);
      await expect(view.claim(partition)).rejects.toThrow(RangeError);
      await expect(view.commit({ writes })).rejects.toThrow(RangeError);
      expect(() => view.scan(partition, ALL)).toThrow(RangeError);
      expect(() => view.sync!.get(partition, KEY)).toThrow(RangeError);
    }
    expect(await listed(store)).toEqual([]);
  });

  test('a fence is valid only at the view that issued it', async () => {
    const store = new MemoryStore();
    for (const root of ['', '017200']) {
      const view = rootedStore(store, fromHex(root));
      const others = [store, rootedStore(store, fromHex('017300'))];
      for (const other of others) {
        const fence = await other.claim(fromHex('026100'));
        await expect(view.commit({ fences: [fence], writes: [] })).rejects.toThrow(TypeError);
      }
      const own = await view.claim(fromHex('026100'));
      await view.commit({ fences: [own], writes: [] });
    }
  });

  test('the limit on partitions is what the root leaves', () => {
    const store = new MemoryStore();
    expect(rootedStore(store, fromHex('')).limits).toEqual(store.limits);
    expect(rootedStore(store, fromHex('017200')).limits).toEqual({ ...store.limits, partitionBytesMax: 275 });
  });

  test('what a store can do besides, the view can too', async () => {
    const asked: [number, number][] = [];
    const store: Store = new MemoryStore({ synchronousReads: false });
    expect(rootedStore(store, fromHex('017200')).assertRoom).toBeUndefined();
    expect(rootedStore(store, fromHex('017200')).sync).toBeUndefined();
    store.assertRoom = (...room) => asked.push(room);
    rootedStore(store, fromHex('')).assertRoom?.(2, 7);
    // Each entry is longer by the root.
    rootedStore(store, fromHex('017200')).assertRoom?.(2, 7);
    expect(asked).toEqual([
      [2, 7],
      [2, 13],
    ]);
  });

  test('the root is copied', async () => {
    const store = new MemoryStore();
    const root = fromHex('017200');
    const view = rootedStore(store, root);
    root[1] = 0x73;
    await view.commit({ writes: [{ type: 'set', partition: fromHex('14'), key: KEY, value: KEY }] });
    expect(await listed(store)).toEqual(['01720014']);
  });

  test.each(['00', '01', '0161', '14', '026100', '01610014', '0161000100', `${'01'.padEnd(44, '61')}00`])(
    'bytes %s are no root',
    (hex) => {
      expect(() => rootedStore(new MemoryStore(), fromHex(hex))).toThrow(RangeError);
    },
  );

  test('a root of 22 bytes is the longest', () => {
    const root = fromHex(`${'01'.padEnd(42, '61')}00`);
    expect(rootedStore(new MemoryStore(), root).limits.partitionBytesMax).toBe(256);
    expect(() => rootedStore(new MemoryStore(), 'a' as never)).toThrow(TypeError);
  });
});
