import { expect, test } from 'vitest';
import { openKeyspace } from '../../src/keyspace/index.js';
import { encodeActorPartition } from '../../src/layout/index.js';
import { HeldStore } from '../actor/support.js';
import { HEADER_KEY, onEveryStore, openActor, plant, storedEntries } from '../keyspace/support.js';

onEveryStore((open) => {
  for (const [layoutVersion, headerHex] of [
    [2, '01000200'],
    [65_535, '0100ffff'],
  ] as const) {
    test(`layout ${layoutVersion} is refused for writing and reading, and its owner goes on`, async () => {
      const { store } = await open();
      await plant(store, [
        [HEADER_KEY, headerHex],
        ['046b', '31'],
        // What a newer layout has may look like anything.
        ['06', '0400020000000000000001000000'],
        ['2a', '00'],
      ]);
      const before = await storedEntries(store);
      const partition = encodeActorPartition('a');
      const owner = await store.claim(partition);
      const watched = new HeldStore(store);
      const keyspace = await openKeyspace({ store: watched, sharedStore: true });
      for (const readOnly of [false, true]) {
        await expect(keyspace.openActor('a', { readOnly })).rejects.toMatchObject({
          code: 'layout.unsupported',
          details: { layoutVersion, layoutVersionMax: 1 },
          message: expect.stringMatching(new RegExp(`\\b${layoutVersion}\\b.*\\b1\\b`)),
        });
      }
      expect(watched.commits).toEqual([]);
      expect(await storedEntries(store)).toEqual(before);
      await store.commit({
        fences: [owner],
        writes: [{ type: 'set', partition, key: Uint8Array.of(4), value: Uint8Array.of(1) }],
      });
      expect((await store.claim(partition)).epoch).toBe(owner.epoch + 1);
    });
  }

  test('a newer record in a known layout is refused alone', async () => {
    const { actor, store } = await openActor(open);
    await actor.kv.set('k', '1');
    await plant(store, [['01', '0500ff']]);
    await expect(actor.state.get()).rejects.toMatchObject({
      code: 'value.version_unsupported',
      details: { payloadVersion: 5, payloadVersionMax: 4 },
    });
    expect(await actor.kv.getText('k')).toBe('1');
  });
});
