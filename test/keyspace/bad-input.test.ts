import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ActorSubsystems, openKeyspace } from '../../src/keyspace/index.js';
import type { Store } from '../../src/store/index.js';
import {
  CONNECTION,
  IDS,
  KEYS,
  KEYSPACES,
  NUMBERS,
  RECORD,
  type Row,
  UNSERIALISABLE,
  VALUES,
  wrong,
} from './bad-input.js';
import { TYPES } from './bad-types.js';
import { collect, onEveryStore, openActor, storedEntries } from './support.js';

async function expectRefusal<On>([what, refusal, act, details]: Row<On>, on: On): Promise<void> {
  let caught: unknown;
  try {
    await act(on);
  } catch (error) {
    caught = error;
  }
  const expected =
    typeof refusal === 'string'
      ? expect.objectContaining({ code: refusal, details: expect.objectContaining(details ?? {}) })
      : expect.any(refusal);
  expect(caught, what).toEqual(expected);
  // Unlike the assertion of a codec, whose name is another.
  if (typeof refusal !== 'string') expect((caught as Error).name, what).toBe(refusal.name);
}

const unhandled: unknown[] = [];
const collectUnhandled = (reason: unknown) => unhandled.push(reason);
beforeAll(() => {
  process.on('unhandledRejection', collectUnhandled);
});
afterAll(() => {
  process.off('unhandledRejection', collectUnhandled);
});

onEveryStore((open) => {
  const tables = { KEYS, VALUES, UNSERIALISABLE, NUMBERS, TYPES };
  for (const [name, rows] of Object.entries(tables)) {
    describe(name.toLowerCase(), () => {
      test('on the actor: a typed error, nothing written, nothing broken', async () => {
        const { actor, store } = await openActor(open);
        await actor.kv.set('k', 'kept');
        const before = await storedEntries(store);
        for (const row of rows) await expectRefusal(row, actor);
        expect(await storedEntries(store)).toEqual(before);
        await expectWorking(actor, store);
      });

      test('in a transaction, which goes on', async () => {
        const { actor, store } = await openActor(open);
        await actor.kv.set('k', 'kept');
        await actor.transaction(async (transaction) => {
          await transaction.kv.set('within', '1');
          for (const row of rows) await expectRefusal(row, transaction);
          expect(await collect(transaction.kv.scan())).toHaveLength(2);
          expect(await transaction.state.get()).toBeUndefined();
          expect(await collect(transaction.connections.list())).toEqual([]);
        });
        expect(await actor.kv.getText('within')).toBe('1');
        await expectWorking(actor, store);
      });
    });
  }

  test('actor ids and options', async () => {
    const { actor, keyspace, store } = await openActor(open);
    await actor.kv.set('k', 'kept');
    for (const row of [...IDS, ...KEYSPACES]) await expectRefusal(row, keyspace);
    expect(await collect(keyspace.actors())).toEqual(['a']);
    const longest = await keyspace.openActor('ä'.repeat(127));
    await longest.kv.set('k', '1');
    await expectWorking(actor, store);
    await expect(openKeyspace(wrong({}))).rejects.toThrow(TypeError);
    await expect(openKeyspace(wrong(undefined))).rejects.toThrow(TypeError);
    for (const callback of [undefined, null, 5, 'x', {}]) {
      await expect(actor.transaction(wrong(callback))).rejects.toThrow(TypeError);
    }
    await expect(actor.transaction(async () => 1, wrong({ durability: 'x' }))).rejects.toThrow(TypeError);
    await expectWorking(actor, store);
  });

  test('what is just within the limits is stored', async () => {
    const { actor, store } = await openActor(open);
    await actor.kv.set('', '');
    await actor.kv.set(new Uint8Array(1_699).fill(0xff), new Uint8Array(131_072));
    await actor.kv.set('k'.repeat(1_699), 'x'.repeat(131_072));
    const stored = await storedEntries(store);
    expect(stored.slice(1).map(([key]) => key.length / 2)).toEqual([1, 1_700, 1_700]);
    expect((await actor.kv.page({ limit: 1, begin: new Uint8Array(70_000) })).entries).toHaveLength(1);
    expect(await collect(actor.kv.scan({ prefix: new Uint8Array(70_000).fill(0xff) }))).toEqual([]);
    expect(await collect(actor.kv.scan({ begin: '', end: new Uint8Array(70_000).fill(0xff) }))).toHaveLength(
      3,
    );
    await actor.kv.clear({ begin: new Uint8Array(70_000).fill(0xff) });
    expect(await collect(actor.kv.scan({ reverse: true }))).toHaveLength(3);
  });

  test('no rejection was left unhandled', async () => {
    await setImmediate();
    expect(unhandled).toEqual([]);
  });
});

async function expectWorking(actor: ActorSubsystems, store: Store): Promise<void> {
  expect(await actor.kv.getText('k')).toBe('kept');
  await actor.kv.set('fine', '1');
  await actor.state.set(RECORD);
  await actor.connections.set(CONNECTION);
  await actor.inspectorToken.set('t');
  const keys = (await storedEntries(store)).map(([key]) => key);
  expect(keys).toEqual(expect.arrayContaining(['01', '0263', '03', '0466696e65']));
  await actor.state.delete();
  await actor.connections.delete('c');
}
