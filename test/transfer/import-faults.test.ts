import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isKeyspaceError } from '../../src/errors.js';
import { commitBytes, type Store } from '../../src/store/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import { importKeyspace } from '../../src/transfer/index.js';
import { HeldStore } from '../actor/support.js';
import { LMDB } from '../stores/lmdb/support.js';
import { withStore } from '../stores/support.js';
import { type Fate, visible, watched } from './faulty-store.js';
import {
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
  userKey,
  type World,
} from './support.js';

/** Several batches in one actor, several actors at once, and what an earlier import has left. */
const WORLD: World = new Map([
  ...SMALL_WORLD,
  [
    'large',
    {
      pairs: [
        [HEADER_KEY, header()],
        [userKey('k'), new Uint8Array(9_999)],
      ],
      wake: { workflowAtMs: 5 },
    },
  ],
  ['many', { pairs: Array.from({ length: 1_100 }, (_, i) => [userKey(`${10_000 + i}`), Uint8Array.of(i)]) }],
]);
const EXPECTED = dumpOf(WORLD);
const source = new MemoryStore();
await plantWorld(source, WORLD);
const TEXT = (await exportLines(source)).join('');

/** What an import that died has left of one of the actors. */
async function plantLeftover(store: Store): Promise<void> {
  await plantPairs(store, 'large', [
    [MARKER_KEY, marker('an earlier one')],
    [userKey('from before'), Uint8Array.of(1)],
  ]);
}

test('an import goes over what an earlier one has left', async () => {
  for (const subject of [LMDB, { name: 'memory', open: async () => ({ store: new MemoryStore() }) }]) {
    await withStore(subject, async (store) => {
      await plantLeftover(store);
      await importText(store, TEXT);
      expect(await dump(store)).toEqual(EXPECTED);
    });
  }
});

test('commits are bounded, and so is what is under way', async () => {
  const values = Array.from(
    { length: 100 },
    (_, i) => [userKey(`${100 + i}`), new Uint8Array(131_072)] as const,
  );
  const inner = new MemoryStore();
  await plantWorld(
    inner,
    new Map([
      ['a', { pairs: values }],
      ['b', { pairs: values }],
    ]),
  );
  const lines = await exportLines(inner);
  const store = new HeldStore();
  store.hold();
  let drawn = 0;
  const open = async function* () {
    for (const line of lines) {
      drawn += line.length;
      yield line;
    }
  };
  const importing = importKeyspace({ store, open });
  let most = 0;
  for (let n = 0; ; n++) {
    const { commit, decide } = await store.arrived();
    const bytes = commitBytes(commit.writes);
    expect(bytes).toBeLessThan(1.2 * 1_048_576);
    most = Math.max(most, bytes);
    // The first one is waited for: whatever else can begin has begun then.
    if (n === 0) {
      await new Promise(setImmediate);
      const whole = lines.join('').length;
      expect(drawn - whole).toBeLessThan(1.4 * 10 * 1_048_576);
      expect(drawn - whole).toBeGreaterThan(1_048_576);
    }
    decide('apply');
    if (commit.checks !== undefined) break;
  }
  await importing;
  expect(most).toBeGreaterThan(0.8 * 1_048_576);
});

describe.each<Fate>(['failed', 'lost'])('an operation that is %s', (fate) => {
  test('leaves nothing, if the store goes on', async () => {
    for (let faultAt = 0, isFaulty = true; isFaulty; faultAt++) {
      const inner = new MemoryStore();
      await plantLeftover(inner);
      let [n, operation] = [0, ''];
      isFaulty = false;
      const store = watched(inner, (name) => {
        if (n++ !== faultAt) return 'done';
        [isFaulty, operation] = [true, name];
        return fate;
      });
      const outcome = await importText(store, TEXT).catch((error: unknown) => error);
      const seen = await visible(inner);
      if (!isFaulty) {
        expect(outcome).toMatchObject({ actors: 4 });
        expect(seen).toEqual(EXPECTED);
        expect(faultAt).toBeGreaterThan(20);
      } else if (seen.length > 0) {
        // The reply of the last commit was lost.
        expect([outcome, operation, fate]).toMatchObject([
          { message: 'the test failed commit' },
          'commit',
          'lost',
        ]);
        expect(await dump(inner)).toEqual(EXPECTED);
      } else {
        expect(outcome).toMatchObject({ message: `the test failed ${operation}` });
        const left = (await dump(inner)).map((line) => line.split(' ')[0]);
        // At most what was there before.
        expect(new Set(left).size).toBeLessThanOrEqual(1);
        await importText(inner, TEXT);
        expect(await dump(inner)).toEqual(EXPECTED);
      }
    }
  });

  test('leaves nothing to be seen, if nothing works from then on, and importing again completes it', async () => {
    const unfinished = new Set<boolean>();
    for (let faultAt = 0, isFaulty = true; isFaulty; faultAt++) {
      const inner = new MemoryStore();
      let n = 0;
      const store = watched(inner, () => (n++ < faultAt ? 'done' : n === faultAt + 1 ? fate : 'failed'));
      const outcome = await importText(store, TEXT).catch((error: unknown) => error);
      isFaulty = n > faultAt;
      const seen = await visible(inner);
      if (seen.length === 0) {
        expect(outcome).toBeInstanceOf(Error);
        const isTold = isKeyspaceError(outcome, 'import.unfinished');
        unfinished.add(isTold);
        if ((await dump(inner)).length > 0) expect(isTold).toBe(true);
        if (isTold)
          expect(outcome).toMatchObject({ cause: { message: expect.stringMatching(/^the test failed/) } });
        await importText(inner, TEXT);
      }
      expect(await dump(inner)).toEqual(EXPECTED);
    }
    expect(unfinished).toEqual(new Set([true, false]));
  });
});

describe('an import that is called off', () => {
  test.each(['signal', 'onProgress'])('by %s leaves nothing, wherever it is', async (how) => {
    for (let stopAt = 0, isStopped = true; isStopped; stopAt++) {
      const store = new MemoryStore();
      const controller = new AbortController();
      const reason = new Error('enough');
      let n = 0;
      isStopped = false;
      const stop = (): void => {
        if (n++ !== stopAt) return;
        isStopped = true;
        if (how === 'onProgress') throw reason;
        controller.abort(reason);
      };
      const open = async function* () {
        for (let at = 0; at < TEXT.length; at += 10_000) {
          if (how === 'signal') stop();
          yield TEXT.slice(at, at + 10_000);
        }
      };
      const { signal } = controller;
      const onProgress = how === 'onProgress' ? stop : () => {};
      const outcome = await importKeyspace({ store, open, signal, onProgress }).catch(
        (error: unknown) => error,
      );
      if (isStopped) expect(outcome).toBe(reason);
      expect(await dump(store)).toEqual(isStopped ? [] : EXPECTED);
      if (!isStopped) expect(stopAt).toBeGreaterThan(3);
    }
  });

  test('before it begins asks nothing of the store', async () => {
    let n = 0;
    const store = watched(new MemoryStore(), () => {
      n++;
      return 'done';
    });
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(importText(store, TEXT, { signal })).rejects.toThrow('enough');
    await expect(exportLines(store, { signal })).rejects.toThrow('enough');
    expect(n).toBe(0);
  });
});

describe('what can be known is refused before anything is written', () => {
  const untouched = (inner: Store) =>
    watched(inner, (operation) => {
      expect(['get', 'scanSizes']).toContain(operation);
      return 'done';
    });

  test('actors that exist', async () => {
    const inner = new MemoryStore();
    await plantPairs(inner, 'a', [[userKey('k'), Uint8Array.of(1)]]);
    await plantPairs(inner, 'large', [[userKey('k'), Uint8Array.of(1)]]);
    const before = await dump(inner);
    await expect(importText(untouched(inner), TEXT)).rejects.toMatchObject({
      code: 'import.conflict',
      details: { actors: 2, actorIds: ['a', 'large'] },
    });
    expect(await dump(inner)).toEqual(before);
  });

  test('the first ten of many are named', async () => {
    const inner = new MemoryStore();
    const many: World = new Map(
      Array.from({ length: 12 }, (_, i) => [
        `actor ${10 + i}`,
        { pairs: [[userKey('k'), Uint8Array.of(1)]] },
      ]),
    );
    await plantWorld(inner, many);
    const text = (await exportLines(inner)).join('');
    await expect(importText(inner, text)).rejects.toMatchObject({
      details: { actors: 12, actorIds: [...many.keys()].slice(0, 10) },
    });
  });

  test('want of room', async () => {
    const inner = untouched(new MemoryStore());
    const asked: number[] = [];
    const store: Store = Object.assign(inner, {
      assertRoom: (setCount: number, setBytes: number) => {
        asked.push(setCount, setBytes);
        throw new Error('no room');
      },
    });
    await expect(importText(store, TEXT)).rejects.toThrow('no room');
    const written = EXPECTED.map((line) => line.replaceAll(' ', '').length / 2);
    expect(asked[0]).toBeGreaterThanOrEqual(written.length - 2);
    expect(asked[1]).toBeGreaterThanOrEqual(written.reduce((a, b) => a + b) - 200);
  });

  test('more actors than one commit shows', async () => {
    const inner = new MemoryStore({ commitBytesMax: 30 });
    await expect(importText(untouched(inner), TEXT)).rejects.toMatchObject({
      code: 'commit.too_large',
      details: { commitBytesMax: 30 },
    });
  });

  test('and a dry run writes nothing', async () => {
    const inner = new MemoryStore();
    const progress: string[] = [];
    await importText(untouched(inner), TEXT, {
      dryRun: true,
      onProgress: ({ phase }) => progress.push(phase),
    });
    expect(new Set(progress)).toEqual(new Set(['check']));
    expect(await dump(inner)).toEqual([]);
  });
});

describe('two imports of the same actors at once', () => {
  test('are never mixed, and what one reports as done is there', async () => {
    const outcomes = new Set<string>();
    const exportOf = async (fill: number): Promise<{ text: string; expected: string[] }> => {
      const world: World = new Map(
        ['a', 'b', 'c'].map((id) => [
          id,
          { pairs: Array.from({ length: 3 }, (_, i) => [userKey(`${i}${fill}`), Uint8Array.of(fill)]) },
        ]),
      );
      const store = new MemoryStore();
      await plantWorld(store, world);
      return { text: (await exportLines(store)).join(''), expected: dumpOf(world) };
    };
    const worlds = [await exportOf(1), await exportOf(2)] as const;
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const inner = new MemoryStore();
        const running = worlds.map(({ text }, i) =>
          importKeyspace({
            store: watched(inner, (operation) =>
              scheduler.schedule(Promise.resolve('done' as const), operation),
            ),
            open: () => pieces(text),
            ids: fixedIds(`run ${i}`),
          }).then(
            () => 'done',
            (error: unknown) => (isKeyspaceError(error) ? error.code : Promise.reject(error)),
          ),
        );
        const [first, second] = await scheduler.waitFor(Promise.all(running));
        outcomes.add(`${first} ${second}`);
        const winner = first === 'done' ? 0 : 1;
        const isDone = first === 'done' || second === 'done';
        expect(first === 'done' && second === 'done').toBe(false);
        expect(await visible(inner)).toEqual(isDone ? worlds[winner].expected : []);
        for (const code of [first, second]) {
          expect([
            'done',
            'commit.fenced',
            'commit.check_failed',
            'import.conflict',
            'import.unfinished',
          ]).toContain(code);
        }
      }),
      { numRuns: 300 },
    );
    expect([...outcomes].filter((outcome) => outcome.includes('done')).length).toBeGreaterThan(1);
  });
});
