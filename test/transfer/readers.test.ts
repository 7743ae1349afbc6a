import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openKeyspace } from '../../src/keyspace/index.js';
import { encodeActorPartition, systemImport } from '../../src/layout/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import { exportKeyspace, importKeyspace } from '../../src/transfer/index.js';
import { collect, onEveryStore } from '../keyspace/support.js';

onEveryStore((open, subject) => {
  test('a reader of an actor that is being imported sees nothing of it until all of it is there', async () => {
    const source = new MemoryStore();
    const from = await openKeyspace({ store: source, sharedStore: true });
    await (await from.openActor('a')).kv.setMany(
      Array.from({ length: 2_500 }, (_, n) => [`${n}`.padStart(5, '0'), 'v'] as const),
    );
    const lines = await collect(exportKeyspace({ store: source }));

    const { store } = await open();
    const keyspace = await openKeyspace({ store, sharedStore: true });
    const reader = await keyspace.openActor('a', { readOnly: true });
    expect(await reader.kv.get('00000')).toBeUndefined();
    const incomplete = expect.objectContaining({ code: 'actor.incomplete' });
    let reads = 0;
    let passes = 0;
    const look = async () => {
      reads++;
      const partition = encodeActorPartition('a');
      while ((await store.get(partition, systemImport.encode({}))) === undefined) await setImmediate();
      await expect(reader.kv.get('00000')).rejects.toEqual(incomplete);
      await expect(reader.kv.getMany(['00000', '02499'])).rejects.toEqual(incomplete);
      await expect(collect(reader.kv.scan())).rejects.toEqual(incomplete);
      await expect(reader.usage()).rejects.toEqual(incomplete);
      if (!subject.name.includes('without')) {
        expect(() => reader.kv.sync.get('00000')).toThrow(incomplete);
        expect(() => [...reader.kv.sync.scan()]).toThrow(incomplete);
      }
    };
    const half = async function* () {
      for (const [n, line] of lines.entries()) {
        if (passes === 2 && n === lines.length - 2) await look();
        yield line;
      }
    };
    await importKeyspace({
      store,
      open: () => {
        passes++;
        return half();
      },
    });
    expect(reads).toBe(1);
    expect(await collect(reader.kv.scan())).toHaveLength(2_500);
    expect((await reader.usage()).namespaces.kv.keyCount).toBe(2_500);
  });

  test('an owner keeps an actor that an import refuses to write over', async () => {
    const source = new MemoryStore();
    const from = await openKeyspace({ store: source, sharedStore: true });
    await (await from.openActor('a')).kv.set('k', 'imported');
    const lines = await collect(exportKeyspace({ store: source }));
    const { store } = await open();
    const keyspace = await openKeyspace({ store, sharedStore: true });
    const actor = await keyspace.openActor('a');
    let passes = 0;
    const second = async function* () {
      if (++passes === 2) await actor.kv.set('k', 'mine');
      yield* lines;
    };
    await expect(importKeyspace({ store, open: second })).rejects.toMatchObject({ code: 'import.conflict' });
    await actor.kv.set('l', 'still mine');
    expect(await actor.kv.getText('k')).toBe('mine');
  });
});
