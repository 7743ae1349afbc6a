import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Clock } from '../../src/clock.js';
import { openKeyspace } from '../../src/keyspace/index.js';
import {
  encodeActorPartition,
  encodeKeyspacePartition,
  keyspaceDue,
  systemWake,
} from '../../src/layout/index.js';
import { type Store, WHOLE_PARTITION } from '../../src/store/index.js';
import { HeldStore } from '../actor/support.js';
import { collect, onEveryStore, openActor, plant } from './support.js';

const event = (eventId: string, dueAtMs: number) => ({ eventId, dueAtMs, action: 'go' });

async function index(store: Store, root = '') {
  const entries = await collect(store.scan(encodeKeyspacePartition(root), WHOLE_PARTITION));
  return entries.map(({ key, value }) => {
    expect(value).toHaveLength(0);
    const { wakeAtMs, actorId } = keyspaceDue.decode(key);
    return [actorId, wakeAtMs];
  });
}

onEveryStore((open) => {
  test('an actor is due when its first scheduled event is, whatever changes them', async () => {
    const { store, actor, keyspace } = await openActor(open);
    expect(await keyspace.nextDue()).toBeUndefined();
    await actor.state.schedule(event('late', 200));
    expect(await index(store)).toEqual([['a', 200]]);
    await actor.state.schedule(event('early', 100));
    expect(await index(store)).toEqual([['a', 100]]);
    expect(await keyspace.nextDue()).toEqual({ actorId: 'a', wakeAtMs: 100 });
    await actor.state.cancel('early');
    expect(await index(store)).toEqual([['a', 200]]);
    await actor.state.schedule(event('late', 300));
    expect(await index(store)).toEqual([['a', 300]]);
    await actor.state.set({ initialized: true, state: 1, scheduledEvents: [] });
    expect(await index(store)).toEqual([]);
    expect(await store.get(encodeActorPartition('a'), systemWake.encode({}))).toBeUndefined();
    await actor.state.schedule(event('again', 5));
    await actor.state.delete();
    expect(await index(store)).toEqual([]);
  });

  test('events before 1970 are due at 0, and those of the far future keep their time', async () => {
    const { store, actor } = await openActor(open);
    await actor.state.schedule(event('first', -5));
    expect(await index(store)).toEqual([['a', 0]]);
    await actor.state.set({
      initialized: true,
      state: 1,
      scheduledEvents: [event('last', Number.MAX_SAFE_INTEGER)],
    });
    expect(await index(store)).toEqual([['a', Number.MAX_SAFE_INTEGER]]);
  });

  test('due actors come in the order of their times, until a time inclusive, over many pages', async () => {
    const { store } = await open();
    const keyspace = await openKeyspace({ store, sharedStore: true });
    const others = await openKeyspace({ store, root: 'eu', sharedStore: true });
    const times = Array.from({ length: 250 }, (_, n) => (n * 7919) % 1_000);
    for (const [n, dueAtMs] of times.entries()) {
      const actor = await keyspace.openActor(`actor ${n}`);
      await actor.state.schedule(event('e', dueAtMs), { durability: 'deferred' });
    }
    await (await others.openActor('elsewhere')).state.schedule(event('e', 3));
    await Promise.all(
      (await collect(keyspace.actors())).map((id) => keyspace.openActor(id, { readOnly: true })),
    );
    await keyspace.close();
    const again = await openKeyspace({ store, sharedStore: true });
    for (const nowMs of [-1, 0, 499, 500, 1_000, Number.POSITIVE_INFINITY]) {
      const due = await collect(again.due(nowMs));
      expect(due.map(({ wakeAtMs }) => wakeAtMs)).toEqual(
        times.filter((time) => time <= nowMs).sort((a, b) => a - b),
      );
      expect(new Set(due.map(({ actorId }) => actorId)).size).toBe(due.length);
    }
    expect(await collect(others.due(10))).toEqual([{ actorId: 'elsewhere', wakeAtMs: 3 }]);
  });

  test('now is told by the clock, and ids come from the source', async () => {
    const { store } = await open();
    let nowMs = 50;
    const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => 0, after: () => () => {} };
    let ids = 0;
    const keyspace = await openKeyspace({
      store,
      sharedStore: true,
      clock,
      ids: { newId: () => `id ${++ids}` },
    });
    const actor = await keyspace.openActor('a');
    expect(await actor.state.schedule({ dueAtMs: 60, action: 'go' })).toBe('id 1');
    expect(await actor.state.schedule({ eventId: 'mine', dueAtMs: 70, action: 'go' })).toBe('mine');
    expect((await actor.state.get())?.scheduledEvents.map(({ eventId }) => eventId)).toEqual([
      'id 1',
      'mine',
    ]);
    expect(await collect(keyspace.due())).toEqual([]);
    nowMs = 60;
    expect(await collect(keyspace.due())).toEqual([{ actorId: 'a', wakeAtMs: 60 }]);
    await expect(collect(keyspace.due(Number.NaN))).rejects.toThrow(TypeError);
    await expect(collect(keyspace.due('5' as never))).rejects.toThrow(TypeError);
  });

  test('a deleted actor is not due, even if its own record of when is damaged', async () => {
    const { store, keyspace, actor } = await openActor(open);
    await actor.state.schedule(event('e', 7));
    await (await keyspace.openActor('b')).state.schedule(event('e', 8));
    await plant(store, [[Buffer.from(systemWake.encode({})).toString('hex'), 'ff']], 'b');
    await keyspace.deleteActor('a');
    expect(await index(store)).toEqual([['b', 8]]);
    await keyspace.deleteActor('b');
    expect(await index(store)).toEqual([]);
    expect(await collect(keyspace.actors())).toEqual([]);
  });

  test('the index follows any coalescing of schedules and cancellations, and a superseded owner leaves it', async () => {
    const step = fc.record({ at: fc.nat(4), cancel: fc.boolean(), together: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const { store, keyspace, actor } = await openActor(open);
        const model = new Set<number>();
        const writing: Promise<unknown>[] = [];
        for (const { at, cancel, together } of steps) {
          if (cancel) model.delete(at);
          else model.add(at);
          writing.push(cancel ? actor.state.cancel(`${at}`) : actor.state.schedule(event(`${at}`, at)));
          if (!together) await Promise.all(writing);
        }
        await Promise.all(writing);
        const expected = model.size === 0 ? [] : [['a', Math.min(...model)]];
        expect(await index(store)).toEqual(expected);
        const next = await keyspace.openActor('a');
        await expect(actor.state.schedule(event('stale', 0))).rejects.toMatchObject({ code: 'actor.fenced' });
        expect(await index(store)).toEqual(expected);
        await next.state.schedule(event('fresh', 9));
        expect(await index(store)).toEqual(model.size === 0 ? [['a', 9]] : expected);
      }),
      { numRuns: 25 },
    );
  });

  test('a failed commit leaves the index as it was', async () => {
    const { store: inner } = await open();
    const store = new HeldStore(inner);
    const keyspace = await openKeyspace({ store, sharedStore: true });
    const actor = await keyspace.openActor('a');
    await actor.state.schedule(event('e', 7));
    store.hold();
    const failing = actor.state.schedule(event('f', 5));
    (await store.arrived()).decide({ fail: new Error('disk gone') });
    await expect(failing).rejects.toMatchObject({ code: 'store.failed' });
    store.release();
    expect(await index(inner)).toEqual([['a', 7]]);
    const again = await keyspace.openActor('a');
    await again.state.cancel('e');
    expect(await index(inner)).toEqual([]);
  });
});
