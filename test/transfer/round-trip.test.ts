import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exportKeyspace, openKeyspace } from '../../src/index.js';
import { encodeActorPartition, encodeRoot } from '../../src/layout/index.js';
import type { Store } from '../../src/store/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import { importKeyspace, verifyExport } from '../../src/transfer/index.js';
import { HeldStore } from '../actor/support.js';
import { collect, onEveryStore } from '../keyspace/support.js';
import { expectExactUsage } from '../keyspace/usage-support.js';
import { LMDB } from '../stores/lmdb/support.js';
import { MEMORY, withStore } from '../stores/support.js';
import {
  actorIdsIn,
  dump,
  dumpOf,
  exportLines,
  fixedIds,
  HEADER_KEY,
  header,
  importText,
  MARKER_KEY,
  marker,
  pieces,
  plantPairs,
  plantWorld,
  SMALL_WORLD,
  smallExport,
  USAGE_KEY,
  userKey,
  type World,
  world,
} from './support.js';

/** Entries of the view below a root, with usage records and the due index made anew. */
async function roundTrip(from: Store, to: Store, content: World, fromRoot: string, toRoot: string) {
  await plantWorld(from, content, fromRoot);
  const lines = await exportLines(from, { root: fromRoot, ids: fixedIds('one') });
  const summary = await importText(to, lines.join(''), { root: toRoot });
  expect(await dump(to, encodeRoot(toRoot))).toEqual(dumpOf(content));
  expect(summary).toEqual(await verifyExport({ source: pieces(lines.join('')) }));
  // Exported again it is the same file, and so it is from wherever it was imported.
  expect(await exportLines(to, { root: toRoot, ids: fixedIds('one') })).toEqual(lines);
  return lines;
}

describe('what is exported and imported is the same', () => {
  test('in memory, under any root', async () => {
    const root = fc.constantFrom('', 'r', 'other');
    await fc.assert(
      fc.asyncProperty(world, root, root, async (content, fromRoot, toRoot) => {
        await roundTrip(new MemoryStore(), new MemoryStore(), content, fromRoot, toRoot);
      }),
      { numRuns: 80 },
    );
  });

  test.each([
    ['memory', 'lmdb'],
    ['lmdb', 'memory'],
    ['lmdb', 'lmdb'],
  ])('from %s to %s', async (from, to) => {
    const subject = (name: string) => (name === 'lmdb' ? LMDB : MEMORY[1]!);
    await fc.assert(
      fc.asyncProperty(world, async (content) => {
        await withStore(subject(from), (source) =>
          withStore(subject(to), async (target) => {
            await roundTrip(source, target, content, 'r', '');
          }),
        );
      }),
      { numRuns: 8 },
    );
  });

  test('however the file is cut into pieces', async () => {
    const from = new MemoryStore();
    await plantWorld(from, SMALL_WORLD);
    const text = (await exportLines(from)).join('');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(text.length)), fc.boolean(), async (cuts, asText) => {
        const at = [0, ...cuts.sort((a, b) => a - b), text.length];
        const parts = at.slice(1).map((end, i) => text.slice(at[i], end));
        const to = new MemoryStore();
        await importKeyspace({
          store: to,
          open: () => pieces(...parts.map((part) => (asText ? part : Buffer.from(part)))),
        });
        expect(await dump(to)).toEqual(dumpOf(SMALL_WORLD));
      }),
      { numRuns: 50 },
    );
  });

  test('also if one buffer is used for every piece', async () => {
    const from = new MemoryStore();
    await plantWorld(from, SMALL_WORLD);
    const bytes = Buffer.from((await exportLines(from)).join(''));
    const reused = Buffer.alloc(7);
    const open = async function* () {
      for (let at = 0; at < bytes.length; at += reused.length) {
        const length = bytes.copy(reused, 0, at);
        yield reused.subarray(0, length);
        reused.fill(0);
      }
    };
    const to = new MemoryStore();
    await importKeyspace({ store: to, open });
    expect(await dump(to)).toEqual(dumpOf(SMALL_WORLD));
  });
});

onEveryStore((open) => {
  test('what a keyspace wrote is opened, and usage and markers of the source do not matter', async () => {
    const { store } = await open();
    const keyspace = await openKeyspace({ store, sharedStore: true });
    const actor = await keyspace.openActor('a');
    await actor.kv.set('k', 'v');
    await actor.state.set({ initialized: true, state: { n: 1 }, scheduledEvents: [] });
    await plantPairs(store, 'a', [[USAGE_KEY, new Uint8Array(210)]]);
    await plantPairs(store, 'half', [
      [MARKER_KEY, marker('earlier')],
      [userKey('k'), Uint8Array.of(1)],
    ]);
    await plantPairs(store, 'only usage', [[USAGE_KEY, new Uint8Array(210)]]);
    const progress: unknown[] = [];
    const lines = await exportLines(store, { onProgress: (told) => progress.push(told) });
    expect(actorIdsIn(lines)).toEqual(['a']);
    expect(progress.at(-1)).toMatchObject({ actors: 1, incompleteActors: 1 });

    await importText(store, lines.join(''), { root: 'copy' });
    const copy = await openKeyspace({ store, sharedStore: true, root: 'copy' });
    const imported = await copy.openActor('a');
    expect(await imported.kv.getText('k')).toBe('v');
    expect((await imported.state.get())?.state).toEqual({ n: 1 });
    expect(await store.get(encodeActorPartition('a', 'copy'), MARKER_KEY)).toBeUndefined();
    await imported.kv.set('k', 'w');
    // Exporting claims nothing.
    await actor.kv.set('k', 'x');
    await copy.close();
    await keyspace.close();
  });

  test('imported actors have exact usage, are due, and have a header after the next write', async () => {
    const { store } = await open();
    await importText(store, (await smallExport()).join(''));
    const keyspace = await openKeyspace({ store, sharedStore: true });
    const due = await collect(keyspace.due());
    expect(due).toEqual([{ actorId: 'b\u00e9"\n', wakeAtMs: 7 }]);
    for (const id of SMALL_WORLD.keys()) {
      const actor = await keyspace.openActor(id);
      await expectExactUsage(store, actor);
      await actor.kv.set('x', 'longer than before');
      await expectExactUsage(store, actor);
      expect(await store.get(encodeActorPartition(id), HEADER_KEY)).toEqual(header());
    }
    await keyspace.close();
  });

  test('an actor is incomplete until all of them are imported', async () => {
    const { store } = await open();
    const text = (await smallExport()).join('');
    const held = new HeldStore(store);
    held.hold();
    const importing = importText(held, text, { ids: fixedIds('run') });
    const keyspace = await openKeyspace({ store, sharedStore: true });
    for (;;) {
      const { commit, decide } = await held.arrived();
      if (commit.checks === undefined) {
        decide('apply');
        continue;
      }
      for (const id of SMALL_WORLD.keys()) {
        for (const readOnly of [false, true]) {
          await expect(keyspace.openActor(id, { readOnly })).rejects.toMatchObject({
            code: 'actor.incomplete',
            details: { importId: 'run/1' },
          });
        }
      }
      expect(await collect(keyspace.due())).toEqual([]);
      decide('apply');
      break;
    }
    await importing;
    for (const id of SMALL_WORLD.keys()) await keyspace.openActor(id, { readOnly: true });
    await keyspace.close();
  });

  test('an actor that is deleted while it is imported ends the import', async () => {
    const { store } = await open();
    const held = new HeldStore(store);
    held.hold();
    const importing = importText(held, (await smallExport()).join(''));
    const failed = expect(importing).rejects.toMatchObject({ code: 'commit.check_failed' });
    for (;;) {
      const { commit, decide } = await held.arrived();
      if (commit.checks !== undefined) {
        const keyspace = await openKeyspace({ store, sharedStore: true });
        await keyspace.deleteActor('a');
        await keyspace.close();
        held.release();
      }
      decide('apply');
      if (commit.checks !== undefined) break;
    }
    await failed;
    expect(await dump(store)).toEqual([]);
  });

  test('an export is of one moment', async () => {
    const { store } = await open();
    await plantWorld(store, SMALL_WORLD);
    const before = await exportLines(store, { ids: fixedIds('one') });
    const lines: string[] = [];
    let n = 0;
    for await (const line of exportKeyspace({ store, ids: fixedIds('one') })) {
      lines.push(line);
      const name = `new ${n++}`;
      await plantPairs(store, 'b\u00e9"\n', [[userKey(name), Uint8Array.of(1)]]);
      await plantPairs(store, name, [[userKey('k'), Uint8Array.of(1)]]);
    }
    expect(lines).toEqual(before);
  });
});

describe('actors asked for by id', () => {
  test('are exported once, in order, and must exist', async () => {
    const store = new MemoryStore();
    for (const id of ['b', 'a', 'c']) await plantPairs(store, id, [[HEADER_KEY, header()]]);
    const actorIds = (ids: string[]) => exportLines(store, { actorIds: ids });
    expect(actorIdsIn(await actorIds(['c', 'a', 'c']))).toEqual(['a', 'c']);
    expect(actorIdsIn(await actorIds([]))).toEqual([]);
    await expect(actorIds(['a', 'd'])).rejects.toMatchObject({
      code: 'actor.not_found',
      details: { actorId: 'd' },
    });
    await expect(actorIds([''])).rejects.toMatchObject({ code: 'actor.id_invalid' });
    await expect(actorIds('a' as unknown as string[])).rejects.toThrow(TypeError);
    await plantPairs(store, 'd', [[MARKER_KEY, marker('x')]]);
    await expect(actorIds(['d'])).rejects.toMatchObject({
      code: 'actor.incomplete',
      details: { importId: 'x' },
    });
  });
});

describe('an actor that no import would take is refused by name', () => {
  test.each([
    ['an unknown namespace', [[Uint8Array.of(0x2a), Uint8Array.of(1)]], 'key.malformed'],
    [
      'two layouts',
      [
        [Uint8Array.of(9, 0, 0), new Uint8Array(10)],
        [Uint8Array.of(5, 1, 1), new Uint8Array(1)],
      ],
      'layout.mixed',
    ],
    [
      'a header of another layout',
      [
        [HEADER_KEY, header(1)],
        [Uint8Array.of(9, 0, 0), new Uint8Array(10)],
      ],
      'layout.mixed',
    ],
    ['a newer layout', [[HEADER_KEY, header(2)]], 'layout.unsupported'],
    [
      'a wake record that is none',
      [[Uint8Array.from([0, 1, 2, 0x77, 0x61, 0x6b, 0x65, 0]), new Uint8Array(1)]],
      'value.malformed',
    ],
  ] as const)('%s', async (_name, pairs, code) => {
    const store = new MemoryStore();
    await plantPairs(store, 'a', [[userKey('k'), new Uint8Array(0)]]);
    await plantPairs(store, 'bad', pairs);
    await expect(exportLines(store)).rejects.toMatchObject({
      code: 'export.refused',
      details: { actorId: 'bad' },
      cause: { code },
    });
    expect(actorIdsIn(await exportLines(store, { actorIds: ['a'] }))).toEqual(['a']);
  });
});
