import { expect, test } from 'vitest';
import { equalBytes, fromHex, toHex } from '../../src/bytes/index.js';
import { bytes, HeldStore } from '../actor/support.js';
import {
  collect,
  HEADER,
  hexPairs,
  onEveryStore,
  openActor,
  storedEntries,
  userEntries,
} from '../keyspace/support.js';
import { keyVectors } from '../keyspace/vectors.js';

onEveryStore((open) => {
  test('stored keys are those of published packages, values are stored bare', async () => {
    const { actor, store } = await openActor(open);
    const vectors = keyVectors('userkv');
    expect(vectors.length).toBeGreaterThan(1);
    for (const { input } of vectors)
      await actor.kv.set(fromHex(input?.user_key_hex as string), fromHex('00ff'));
    expect(await storedEntries(store)).toEqual([HEADER, ...vectors.map(({ key_hex }) => [key_hex, '00ff'])]);
  });

  test('the empty key and the empty value are a key and a value', async () => {
    const { actor, store } = await openActor(open);
    expect(await actor.kv.get('')).toBeUndefined();
    await actor.kv.set('', '');
    expect(await actor.kv.get(new Uint8Array())).toEqual(new Uint8Array());
    expect(await actor.kv.getText('')).toBe('');
    expect(await userEntries(store)).toEqual([['04', '']]);
    await actor.kv.delete('');
    expect(await actor.kv.get('')).toBeUndefined();
  });

  test('text stands for its UTF-8 bytes, in keys and values', async () => {
    const { actor } = await openActor(open);
    await actor.kv.set('é\0😀', '\ufeffwert');
    expect(await actor.kv.getText(bytes('é\0😀'))).toBe('\ufeffwert');
    expect(await actor.kv.get('é\0😀')).toEqual(bytes('\ufeffwert'));
    await actor.kv.set('raw', Uint8Array.of(0xff));
    await expect(actor.kv.getText('raw')).rejects.toMatchObject({
      code: 'value.malformed',
      details: { payload: 'kv', byteOffset: 0 },
    });
    expect(await actor.kv.getText('absent')).toBeUndefined();
  });

  test('getMany answers in the order asked, also for keys asked twice', async () => {
    const { actor } = await openActor(open);
    await actor.kv.setMany([
      ['a', '1'],
      ['b', '2'],
      ['a', '3'],
    ]);
    const values = await actor.kv.getMany(['b', 'x', 'a', bytes('b')]);
    expect(values).toEqual([bytes('2'), undefined, bytes('3'), bytes('2')]);
    expect(await actor.kv.getMany([])).toEqual([]);
  });

  test('setMany and deleteMany apply whole or not at all', async () => {
    const { actor, store } = await openActor(open);
    const tooLarge = new Uint8Array(131_073);
    await expect(
      actor.kv.setMany([
        ['a', '1'],
        ['b', tooLarge],
      ]),
    ).rejects.toMatchObject({ code: 'value.too_large' });
    expect(await storedEntries(store)).toEqual([]);
    await actor.kv.setMany(new Map([['a', '1']]));
    await expect(actor.kv.deleteMany(['a', 'x'.repeat(1_700)])).rejects.toMatchObject({
      code: 'key.too_large',
    });
    expect(await actor.kv.getText('a')).toBe('1');
    await actor.kv.deleteMany(new Set(['a', 'never there']));
    expect(await userEntries(store)).toEqual([]);
    await actor.kv.setMany([]);
    await actor.kv.deleteMany([]);
  });

  test('compareAndSet acts only on what it expects', async () => {
    const { actor } = await openActor(open);
    const { kv } = actor;
    expect(await kv.compareAndSet('k', 'no', 'x')).toBe(false);
    expect(await kv.compareAndSet('k', undefined, '1')).toBe(true);
    expect(await kv.compareAndSet('k', undefined, '2')).toBe(false);
    expect(await kv.compareAndSet('k', '11', '2')).toBe(false);
    expect(await kv.compareAndSet('k', '', '2')).toBe(false);
    expect(await kv.getText('k')).toBe('1');
    expect(await kv.compareAndSet(bytes('k'), bytes('1'), '')).toBe(true);
    expect(await kv.compareAndSet('k', undefined, '3')).toBe(false);
    expect(await kv.compareAndSet('k', '', undefined)).toBe(true);
    expect(await kv.get('k')).toBeUndefined();
    expect(await kv.compareAndSet('k', undefined, undefined)).toBe(true);
  });

  test('of many that compare and set at once, each value is replaced by exactly one', async () => {
    const { actor } = await openActor(open);
    await actor.kv.set('n', '0');
    const increment = async () => {
      for (;;) {
        const current = (await actor.kv.getText('n')) as string;
        if (await actor.kv.compareAndSet('n', current, `${Number(current) + 1}`)) return;
      }
    };
    await Promise.all(Array.from({ length: 12 }, increment));
    expect(await actor.kv.getText('n')).toBe('12');
  });

  test('compareAndSet takes part in a transaction', async () => {
    const { actor } = await openActor(open);
    await actor.transaction(async (tx) => {
      await tx.kv.set('a', '1');
      expect(await tx.kv.compareAndSet('a', '1', '2')).toBe(true);
      expect(await actor.kv.get('a')).toBeUndefined();
    });
    expect(await actor.kv.getText('a')).toBe('2');
  });

  test('clear deletes what is selected, and never another family', async () => {
    const { actor, store } = await openActor(open);
    await actor.inspectorToken.set('t');
    await actor.state.set({ initialized: true, state: 1, scheduledEvents: [] });
    await actor.kv.setMany(['', 'a', 'ab', 'b', 'c', '\u{10ffff}'].map((key) => [key, 'v']));
    await actor.kv.clear({ prefix: 'a' });
    expect(await hexPairs(actor.kv.scan())).toEqual(['', '62', '63', 'f48fbfbf'].map((key) => [key, '76']));
    await actor.kv.clear({ begin: 'b', end: 'c' });
    expect(await hexPairs(actor.kv.scan())).toEqual(['', '63', 'f48fbfbf'].map((key) => [key, '76']));
    await actor.kv.clear({ begin: 'd' });
    expect(await hexPairs(actor.kv.scan())).toEqual(['', '63'].map((key) => [key, '76']));
    await actor.kv.clear();
    expect((await userEntries(store)).map(([key]) => key)).toEqual(['01', '03']);
  });

  test('changing what was given or got never changes what is stored', async () => {
    const { actor } = await openActor(open);
    const { kv } = actor;
    const key = Buffer.from('key');
    const value = Buffer.from('value');
    for (const durability of ['deferred', 'durable'] as const) {
      const written = kv.set(key, value, { durability });
      key.fill(0);
      value.fill(0);
      await written;
      for (let i = 0; i < 2; i++) {
        const got = await kv.get('key');
        const [many] = await kv.getMany(['key']);
        const [scanned] = await collect(kv.scan());
        const { entries } = await kv.page();
        for (const array of [got, many, scanned?.key, scanned?.value, entries[0]?.key, entries[0]?.value]) {
          array?.fill(1);
        }
        expect(await hexPairs(kv.scan())).toEqual([[toHex(bytes('key')), toHex(bytes('value'))]]);
      }
      key.set(bytes('key'));
      value.set(bytes('value'));
    }
    await actor.transaction(async (tx) => {
      await tx.kv.set(key, value);
      const expected = Buffer.from('value');
      const next = Buffer.from('next.');
      const swapped = tx.kv.compareAndSet(key, expected, next);
      for (const array of [key, value, expected, next]) array.fill(0);
      expect(await swapped).toBe(true);
      (await tx.kv.get('key'))?.fill(1);
      (await collect(tx.kv.scan()))[0]?.value.fill(1);
    });
    expect(await kv.getText('key')).toBe('next.');
  });

  test('a deferred write is readable at once and durable after durable()', async () => {
    const opened = await open();
    const held = new HeldStore(opened.store);
    const { actor } = await openActor(async () => ({ ...opened, store: held }));
    held.hold();
    await actor.kv.set('a', '1', { durability: 'deferred' });
    expect(await actor.kv.compareAndSet('a', '1', '2', { durability: 'deferred' })).toBe(true);
    await actor.kv.deleteMany(['b'], { durability: 'deferred' });
    expect(await actor.kv.getText('a')).toBe('2');
    expect(await userEntries(opened.store)).toEqual([]);
    held.release();
    await actor.durable();
    expect(await userEntries(opened.store)).toEqual([['0461', toHex(bytes('2'))]]);
  });

  test('sync reads answer as the others do, or are refused where the store cannot', async () => {
    const { actor, store } = await openActor(open);
    await actor.kv.set('b', '1');
    if (!store.capabilities.synchronousReads) {
      expect(() => actor.kv.sync).toThrow(expect.objectContaining({ code: 'store.sync_unsupported' }));
      return;
    }
    await actor.kv.set('a', '2', { durability: 'deferred' });
    const { sync } = actor.kv;
    expect(sync.get('a')).toEqual(bytes('2'));
    expect(sync.getMany(['b', 'x', 'a'])).toEqual([bytes('1'), undefined, bytes('2')]);
    expect(await hexPairs(sync.scan({ reverse: true }))).toEqual(
      await hexPairs(actor.kv.scan({ reverse: true })),
    );
    expect(await hexPairs(sync.scan({ prefix: 'b', limit: 5 }))).toHaveLength(1);
    await actor.transaction(async (tx) => {
      await tx.kv.set('c', '3');
      expect(tx.kv.sync.get('c')).toEqual(bytes('3'));
      expect(sync.get('c')).toBeUndefined();
    });
    expect(() => sync.get(5 as unknown as string)).toThrow(TypeError);
  });

  test('everything is there after the store was opened again', async () => {
    const { actor, keyspace, reopen } = await openActor(open);
    await actor.kv.setMany([
      ['a', '1'],
      [Uint8Array.of(0xff, 0xff), new Uint8Array(131_072).fill(7)],
    ]);
    await keyspace.close();
    const again = await openActor(async () => ({ store: await reopen(), reopen }));
    expect(await again.actor.kv.getText('a')).toBe('1');
    const large = (await again.actor.kv.get(Uint8Array.of(0xff, 0xff))) as Uint8Array;
    expect(equalBytes(large, new Uint8Array(131_072).fill(7))).toBe(true);
  });
});
