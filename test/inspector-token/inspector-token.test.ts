import { expect, test } from 'vitest';
import { HEADER, onEveryStore, openActor, plant, storedEntries, userEntries } from '../keyspace/support.js';

onEveryStore((open) => {
  test('the token is the bare UTF-8 bytes at key 03', async () => {
    const { actor, store } = await openActor(open);
    expect(await actor.inspectorToken.get()).toBeUndefined();
    await actor.inspectorToken.set('tokän');
    expect(await storedEntries(store)).toEqual([HEADER, ['03', '746f6bc3a46e']]);
    expect(await actor.inspectorToken.get()).toBe('tokän');
    await actor.inspectorToken.set('');
    expect(await actor.inspectorToken.get()).toBe('');
    await actor.inspectorToken.delete();
    expect(await actor.inspectorToken.get()).toBeUndefined();
    expect(await userEntries(store)).toEqual([]);
  });

  test('it takes part in transactions', async () => {
    const { actor } = await openActor(open);
    await actor.transaction(async ({ inspectorToken }) => {
      await inspectorToken.set('new');
      expect(await inspectorToken.get()).toBe('new');
      expect(await actor.inspectorToken.get()).toBeUndefined();
    });
    expect(await actor.inspectorToken.get()).toBe('new');
  });

  test('131,072 bytes are stored, one more is refused', async () => {
    const { actor } = await openActor(open);
    const longest = 't'.repeat(131_072);
    await actor.inspectorToken.set(longest);
    await expect(actor.inspectorToken.set(`${longest}t`)).rejects.toMatchObject({
      code: 'value.too_large',
      details: { valueBytes: 131_073, valueBytesMax: 131_072 },
    });
    expect((await actor.inspectorToken.get()) === longest).toBe(true);
  });

  test('bytes that are not UTF-8 are refused and can be replaced', async () => {
    const { actor, store } = await openActor(open);
    await plant(store, [['03', 'ff']]);
    await expect(actor.inspectorToken.get()).rejects.toMatchObject({
      code: 'value.malformed',
      details: { payload: 'inspector token', byteOffset: 0 },
    });
    await actor.inspectorToken.set('ok');
    expect(await actor.inspectorToken.get()).toBe('ok');
  });
});
