import { describe, expect, test } from 'vitest';
import { type TreeEvent, walkStore } from '../../src/cli/tree.js';
import { TreeText } from '../../src/cli/tree-text.js';
import { openKeyspace, type Snapshot, type Store } from '../../src/index.js';
import { encodeActorPartition } from '../../src/layout/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import { collect, hexBytes, newConnection } from './support.js';

const OPTIONS = { root: '', keysMax: 2, values: false };

async function filledStore(): Promise<Store> {
  const store = new MemoryStore();
  const keyspace = await openKeyspace({ store, sharedStore: true });
  const alice = await keyspace.openActor('alice');
  await alice.state.set({ initialized: true, state: { secret: 1 }, scheduledEvents: [] });
  await alice.connections.set(newConnection('c1'));
  await alice.kv.setMany(['a', 'b', 'c'].map((key) => [key, 'a user value']));
  const bob = await keyspace.openActor('bob');
  await bob.kv.set('a', 'b');
  await keyspace.close();
  const other = await openKeyspace({ store, sharedStore: true, root: 'eu' });
  await (await other.openActor('carol')).kv.set('a', 'b');
  await other.close();
  return store;
}

async function textOf(
  store: Store,
  options: Partial<Parameters<typeof walkStore>[1]> = {},
): Promise<string[]> {
  const text = new TreeText();
  const events = await collect(walkStore(store, { ...OPTIONS, ...options }));
  return events.flatMap((event) => text.lines(event));
}

/** The same store, whose snapshots are changed. */
function withSnapshots(store: Store, change: (snapshot: Snapshot) => Snapshot): Store {
  return new Proxy(store, {
    get(target, name) {
      if (name === 'snapshot') return async () => change(await store.snapshot());
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

async function setRaw(store: Store, actorId: string, keyHex: string, valueHex: string): Promise<void> {
  const partition = encodeActorPartition(actorId);
  const write = { type: 'set', partition, key: hexBytes(keyHex), value: hexBytes(valueHex) } as const;
  await store.commit({ writes: [write] });
}

describe('a tree', () => {
  test('shows actors, namespaces, families and keys in words', async () => {
    expect(await textOf(await filledStore())).toEqual([
      'actor "alice"',
      '  00 system, layout version 1',
      '    system.layout',
      '      00 01 02 6c 61 79 6f 75 74 00  The layout header: which layout the actor is in. 4 bytes: layout 1',
      '    system.usage',
      '      00 01 02 75 73 61 67 65 00  How many keys and bytes each namespace of the actor has. 210 bytes: 7 keys, 324 bytes',
      '  01 state',
      '    state',
      "      01  The actor's persisted state. 15 bytes: initialized, 0 scheduled events, 9 bytes of state",
      '  02 connections',
      '    connection',
      '      02 63 31  Connection "c1". 30 bytes: 1 subscription, 1 byte of parameters, 1 byte of state',
      '  04 kv',
      '    kv.entry',
      '      04 61  User key "a". 12 bytes',
      '      04 62  User key "b". 12 bytes',
      '      … 1 more of kv.entry',
      '                  keys  key bytes  value bytes',
      '  00 system          2         19          214',
      '  01 state           1          1           15',
      '  02 connections     1          3           30',
      '  04 kv              3          6           36',
      '  all                7         29          295',
      '',
      'actor "bob"',
      '  00 system, layout version 1',
      '    system.layout',
      '      00 01 02 6c 61 79 6f 75 74 00  The layout header: which layout the actor is in. 4 bytes: layout 1',
      '    system.usage',
      '      00 01 02 75 73 61 67 65 00  How many keys and bytes each namespace of the actor has. 210 bytes: 3 keys, 236 bytes',
      '  04 kv',
      '    kv.entry',
      '      04 61  User key "a". 1 byte',
      '             keys  key bytes  value bytes',
      '  00 system     2         19          214',
      '  04 kv         1          2            1',
      '  all           3         21          215',
      '',
      '2 actors, 10 keys, 560 bytes',
      'other roots in this store: "eu" (choose with --root)',
    ]);
  });

  test('shows no value of the user unless asked to', async () => {
    const store = await filledStore();
    expect((await textOf(store)).join('\n')).not.toMatch(/secret|a user value/);
    const withValues = (await textOf(store, { values: true })).join('\n');
    expect(withValues).toContain('state { secret: 1 }');
    expect(withValues).toContain('12 bytes: "a user value"');
  });

  test('of one root or one actor shows nothing else', async () => {
    const store = await filledStore();
    const actors = async (options: object) =>
      (await textOf(store, options)).filter((line) => line.startsWith('actor'));
    expect(await actors({ root: 'eu' })).toEqual(['actor "carol"']);
    expect(await actors({ actorId: 'bob' })).toEqual(['actor "bob"']);
    expect(await textOf(store, { actorId: 'nobody' })).toEqual(['0 actors, 0 keys, 0 bytes']);
  });

  test('shows malformed keys, and payloads that cannot be read, with their reason', async () => {
    const store = await filledStore();
    await setRaw(store, 'bob', '01', 'ff00');
    await setRaw(store, 'bob', '0501', '00');
    await setRaw(store, 'bob', 'c0ffee', '00');
    const lines = await textOf(store, { actorId: 'bob' });
    expect(lines).toContain(
      "      01  The actor's persisted state. 2 bytes: value.version_unsupported: actor has payload version 255, versions 1 to 4 are known",
    );
    expect(lines).toContain('  05 queue');
    expect(lines.find((line) => line.startsWith('    ! 05 01  malformed at byte 2: '))).toBeDefined();
    expect(lines).toContain('  c0 unknown');
    expect(lines).toContain('    ! c0 ff ee  malformed at byte 0: c0 is no namespace');
    expect(lines.at(-1)).toContain('2 malformed keys');
  });

  test('names the families of keys that are left out, and counts malformed ones', async () => {
    const store = await filledStore();
    await setRaw(store, 'bob', '0501', '00');
    await setRaw(store, 'bob', 'c0ffee', '00');
    const lines = async (keysMax: number) =>
      (await textOf(store, { actorId: 'bob', keysMax })).filter((line) => line.includes('…'));
    expect(await lines(0)).toEqual([
      '      … 1 more of system.layout',
      '      … 1 more of system.usage',
      '      … 1 more of kv.entry',
      '  … 2 more malformed keys',
    ]);
    expect(await lines(1)).toEqual(['  … 1 more malformed key']);
  });

  test('shows an actor of layout 0 in the namespaces of that layout', async () => {
    const store = new MemoryStore();
    await setRaw(store, 'old', '07150116012c', '6e');
    await setRaw(store, 'old', '08150114140000', '00');
    await setRaw(store, 'old', '081501160e1014', `0100${'00'.repeat(11)}`);
    expect(await textOf(store)).toEqual([
      'actor "old"',
      '  07 workflow',
      '    layout0.workflow.name (readable)',
      '      07 15 01 16 01 2c  Layout 0: interned workflow name 300. 1 byte',
      '  08 traces',
      expect.stringMatching(/^ {4}! 08 15 01 14 14 00 00 {2}malformed at byte /),
      '    layout0.traces.chunk (readable)',
      '      08 15 01 16 0e 10 14  Layout 0: trace chunk 0 of the bucket that starts at second 3600. 13 bytes',
      '               keys  key bytes  value bytes',
      '  07 workflow     1          6            1',
      '  08 traces       2         14           14',
      '  all             3         20           15',
      '',
      '1 actor, 3 keys, 35 bytes, 1 malformed key',
    ]);
  });

  test('tells in a few words what a header says', async () => {
    const store = await filledStore();
    await setRaw(store, 'bob', '0001026c61796f757400', '01000000');
    expect(await textOf(store, { actorId: 'bob' })).toContain(
      '      00 01 02 6c 61 79 6f 75 74 00  The layout header: which layout the actor is in. 4 bytes: layout 0',
    );
  });

  test('names other roots, but not without end', async () => {
    const store = await filledStore();
    const roots = Array.from({ length: 10 }, (_, i) => `root ${i}`);
    for (const root of roots.toReversed()) {
      const keyspace = await openKeyspace({ store, sharedStore: true, root });
      await (await keyspace.openActor('a')).kv.set('a', 'b');
      await keyspace.close();
    }
    const end = (await collect(walkStore(store, OPTIONS))).at(-1);
    expect(end).toMatchObject({ type: 'end', otherRoots: ['eu', ...roots.slice(0, 9)] });
  });

  test('reads each value once', async () => {
    const store = await filledStore();
    const readKeys: string[] = [];
    const watched = withSnapshots(store, (snapshot) => {
      const read = (keys: readonly Uint8Array[]) =>
        readKeys.push(...keys.map((key) => Buffer.from(key).toString('hex')));
      return {
        ...snapshot,
        get: (partition: Uint8Array, key: Uint8Array) => {
          read([key]);
          return snapshot.get(partition, key);
        },
        getMany: (partition: Uint8Array, keys: readonly Uint8Array[]) => {
          read(keys);
          return snapshot.getMany(partition, keys);
        },
        sync: undefined,
      };
    });
    const summaries = (await collect(walkStore(watched, { ...OPTIONS, actorId: 'alice' }))).flatMap(
      (event) => (event.type === 'key' && event.summary !== undefined ? [event.summary] : []),
    );
    expect(summaries).toEqual([
      'layout 1',
      '7 keys, 324 bytes',
      'initialized, 0 scheduled events, 9 bytes of state',
      '1 subscription, 1 byte of parameters, 1 byte of state',
    ]);
    expect(readKeys).toEqual([]);
  });

  test('shows an actor of a newer layout with what is wrong', async () => {
    const store = await filledStore();
    await setRaw(store, 'bob', '0001026c61796f757400', '01000200');
    const lines = await textOf(store, { actorId: 'bob' });
    expect(lines[1]).toMatch(/^ {2}! layout\.unsupported: /);
    expect(lines).toContain('      04 61  User key "a". 1 byte');
  });

  test('shows a partition whose name is none', async () => {
    const store = new MemoryStore();
    const partition = hexBytes('02ff00');
    const write = { type: 'set', partition, key: hexBytes('01'), value: hexBytes('00') } as const;
    await store.commit({ writes: [write] });
    const [event] = await collect(walkStore(store, OPTIONS));
    expect(event).toMatchObject({ type: 'malformedPartition', partitionHex: '02ff00' });
  });

  test('shows each actor as of one moment, and leaves no snapshot open', async () => {
    const store = await filledStore();
    let open = 0;
    const watched = withSnapshots(store, (snapshot) => {
      open++;
      return { ...snapshot, close: () => open-- };
    });
    let openMax = 0;
    const told: TreeEvent['type'][] = [];
    for await (const event of walkStore(watched, OPTIONS)) {
      openMax = Math.max(openMax, open);
      told.push(event.type);
      // Written behind the reader's back: must not show.
      if (event.type === 'partition') await setRaw(store, 'alice', '04ff', '00');
    }
    expect(told.at(-1)).toBe('end');
    expect({ open, openMax }).toEqual({ open: 0, openMax: 1 });
    const walk = walkStore(watched, OPTIONS);
    await walk.next();
    await walk.return();
    expect(open).toBe(0);
  });
});
