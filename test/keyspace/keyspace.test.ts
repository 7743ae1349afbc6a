import { describe, expect, test } from 'vitest';
import { openKeyspace } from '../../src/keyspace/index.js';
import { encodeActorPartition, encodeKeyspacePartition } from '../../src/layout/index.js';
import type { Store } from '../../src/store/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import { HeldStore } from '../actor/support.js';
import { collect, onEveryStore, openActor, plant, storedEntries, userEntries } from './support.js';

const shared = (store: Store, root?: string) => openKeyspace({ store, root, sharedStore: true });

onEveryStore((open) => {
  describe('actors', () => {
    test('are listed in byte order once they have something, and not before', async () => {
      const { store } = await open();
      const keyspace = await shared(store);
      const ids = ['b', 'a', 'a\u0001', 'aa', 'ä', '\u{10ffff}', '\uffff', 'x'.repeat(254)];
      const actors = await Promise.all(ids.map((id) => keyspace.openActor(id)));
      expect(await collect(keyspace.actors())).toEqual([]);
      await Promise.all(actors.map((actor) => actor.kv.set('k', actor.id)));
      const sorted = [...ids].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(await collect(keyspace.actors())).toEqual(sorted);
      for (const actor of actors) expect(await actor.kv.getText('k')).toBe(actor.id);
      await keyspace.deleteActor('aa');
      expect(await collect(keyspace.actors())).toEqual(sorted.filter((id) => id !== 'aa'));
    });

    test("the keyspace's own partition is not one", async () => {
      const { store } = await open();
      const keyspace = await shared(store);
      const partition = encodeKeyspacePartition();
      await store.commit({
        writes: [{ type: 'set', partition, key: Uint8Array.of(1), value: Uint8Array.of(1) }],
      });
      expect(await collect(keyspace.actors())).toEqual([]);
    });

    test('keep what they have when the store is opened again', async () => {
      const { actor, keyspace, reopen } = await openActor(open);
      await actor.transaction(async (tx) => {
        await tx.kv.set('k', '1');
        await tx.inspectorToken.set('t');
        await tx.state.set({ initialized: true, state: [1], scheduledEvents: [] });
      });
      await keyspace.close();
      const again = await shared(await reopen());
      const reopened = await again.openActor('a');
      expect(await reopened.kv.getText('k')).toBe('1');
      expect(await reopened.inspectorToken.get()).toBe('t');
      expect((await reopened.state.get())?.state).toEqual([1]);
      await again.close();
    });

    test('see nothing of each other', async () => {
      const { store } = await open();
      const keyspace = await shared(store);
      const [a, b] = await Promise.all(['a', 'a\u0001'].map((id) => keyspace.openActor(id)));
      await a?.kv.set('k', 'a');
      await b?.kv.set('k', 'b');
      await a?.kv.clear();
      expect(await a?.kv.get('k')).toBeUndefined();
      expect(await b?.kv.getText('k')).toBe('b');
    });
  });

  describe('ownership', () => {
    test('a second opening fences the first, which writes nothing more', async () => {
      const { actor: first, keyspace, store } = await openActor(open);
      await first.kv.set('k', 'first');
      const second = await keyspace.openActor('a');
      const before = await storedEntries(store);
      await expect(first.kv.set('k', 'late')).rejects.toMatchObject({ code: 'actor.fenced' });
      await expect(first.kv.get('k')).rejects.toMatchObject({ code: 'actor.fenced' });
      await expect(first.durable()).rejects.toMatchObject({ code: 'actor.fenced' });
      await expect(first.transaction(async () => 1)).rejects.toMatchObject({ code: 'actor.fenced' });
      expect(await storedEntries(store)).toEqual(before);
      await first.close();
      await second.kv.set('k', 'second');
      expect(await second.kv.getText('k')).toBe('second');
    });

    test('a takeover from another keyspace on the same store counts as well', async () => {
      const { actor, store } = await openActor(open);
      const other = await shared(store);
      const taken = await other.openActor('a');
      await expect(actor.kv.set('k', '1')).rejects.toMatchObject({ code: 'actor.fenced' });
      await taken.kv.set('k', '2');
      await other.close();
    });

    test('many openings at once leave exactly one that can write', async () => {
      const { store } = await open();
      const keyspace = await shared(store);
      const actors = await Promise.all(Array.from({ length: 8 }, () => keyspace.openActor('a')));
      const outcomes = await Promise.allSettled(actors.map((actor, i) => actor.kv.set('k', `${i}`)));
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(refused).toHaveLength(7);
      for (const { reason } of refused) expect(reason).toMatchObject({ code: 'actor.fenced' });
      const winner = outcomes.findIndex((outcome) => outcome.status === 'fulfilled');
      expect(await actors[winner]?.kv.getText('k')).toBe(`${winner}`);
    });

    test('deferred writes lost to a takeover are told by durable() or by close(), once', async () => {
      const { keyspace, store, actor } = await openActor(open);
      await keyspace.openActor('a');
      await actor.kv.set('k', '1', { durability: 'deferred' });
      await expect(actor.durable()).rejects.toMatchObject({ code: 'actor.fenced' });
      await actor.close();
      const third = await keyspace.openActor('a');
      await keyspace.openActor('a');
      await third.kv.set('k', '1', { durability: 'deferred' });
      await expect(third.close()).rejects.toMatchObject({ code: 'actor.fenced' });
      await third.close();
      expect(await storedEntries(store)).toEqual([]);
    });
  });

  describe('deletion', () => {
    test('removes everything, of every family, and only of this actor', async () => {
      const { actor, keyspace, store } = await openActor(open);
      await plant(store, [
        ['00', '01'],
        ['0501024142', '01'],
        ['0b0141', '01'],
        ['ff', '01'],
      ]);
      await plant(store, [['04', '01']], 'a\u0001');
      await actor.kv.set('k', '1');
      await keyspace.deleteActor('a');
      expect(await storedEntries(store)).toEqual([]);
      expect(await collect(keyspace.actors())).toEqual(['a\u0001']);
    });

    test('fences the owner, also of an actor created again', async () => {
      const { actor, keyspace, store } = await openActor(open);
      await actor.kv.set('k', 'old');
      await keyspace.deleteActor('a');
      const again = await keyspace.openActor('a');
      await again.kv.set('k', 'new');
      await expect(actor.kv.set('k', 'late')).rejects.toMatchObject({ code: 'actor.fenced' });
      expect(await again.kv.getText('k')).toBe('new');
      expect((await storedEntries(store)).map(([key]) => key)).toEqual(['0001026c61796f757400', '046b']);
    });

    test('keeps the epoch, which goes on counting', async () => {
      const { keyspace, store } = await openActor(open);
      const partition = encodeActorPartition('a');
      const { epoch } = await store.claim(partition);
      await keyspace.deleteActor('a');
      const next = await store.claim(partition);
      expect(next.epoch).toBe(epoch + 2);
    });

    test('of an actor that does not exist is done already', async () => {
      const { store } = await open();
      const keyspace = await shared(store);
      await keyspace.deleteActor('never');
      await keyspace.deleteActor('never');
      expect(await collect(store.listPartitions())).toEqual([]);
    });
  });

  describe('reading only', () => {
    test('claims nothing, sees what is durable and writes nothing', async () => {
      const { actor, keyspace, store } = await openActor(open);
      await actor.kv.set('k', '1');
      const held = new HeldStore(store);
      const reader = await (await shared(held)).openActor('a', { readOnly: true });
      expect([reader.readOnly, reader.id, actor.readOnly]).toEqual([true, 'a', false]);
      await actor.kv.set('k', '2');
      expect(await reader.kv.getText('k')).toBe('2');
      expect(await collect(reader.kv.scan())).toHaveLength(1);
      expect((await reader.kv.page()).entries).toHaveLength(1);
      await reader.durable();
      const refusal = { code: 'actor.read_only' };
      await expect(reader.kv.set('k', '3')).rejects.toMatchObject(refusal);
      await expect(reader.kv.clear()).rejects.toMatchObject(refusal);
      await expect(reader.kv.compareAndSet('k', '2', '3')).rejects.toMatchObject(refusal);
      await expect(reader.state.schedule({ eventId: 'e', dueAtMs: 1, action: 'a' })).rejects.toMatchObject(
        refusal,
      );
      await expect(reader.transaction(async () => 1)).rejects.toMatchObject(refusal);
      await reader.close();
      await expect(reader.kv.get('k')).rejects.toMatchObject({ code: 'actor.closed' });
      expect(held.commits).toEqual([]);
      await actor.kv.set('k', '4');
      await keyspace.close();
    });

    test('an actor that does not exist is empty and stays so', async () => {
      const { store } = await open();
      const keyspace = await shared(store);
      const reader = await keyspace.openActor('never', { readOnly: true });
      expect(await reader.kv.get('k')).toBeUndefined();
      expect(await reader.state.get()).toBeUndefined();
      expect(await collect(reader.connections.list())).toEqual([]);
      const { epoch } = await store.claim(encodeActorPartition('never'));
      expect(epoch).toBe(1);
    });
  });

  describe('roots', () => {
    test('keep keyspaces apart, in one store', async () => {
      const { store } = await open();
      const roots = [undefined, 'r', 'r\u0001', 's'.repeat(20)];
      const keyspaces = await Promise.all(roots.map((root) => shared(store, root)));
      const actors = await Promise.all(keyspaces.map((keyspace) => keyspace.openActor('a')));
      await Promise.all(actors.map((actor, i) => actor.kv.set('k', `${i}`)));
      for (const [i, actor] of actors.entries()) expect(await actor.kv.getText('k')).toBe(`${i}`);
      await keyspaces[1]?.openActor('only here').then((actor) => actor.kv.set('k', ''));
      expect(await collect((keyspaces[1] as (typeof keyspaces)[0]).actors())).toEqual(['a', 'only here']);
      for (const other of [0, 2, 3]) {
        expect(await collect((keyspaces[other] as (typeof keyspaces)[0]).actors())).toEqual(['a']);
      }
      await keyspaces[0]?.deleteActor('a');
      expect(await userEntries(store)).toEqual([]);
      for (const i of [1, 2, 3]) expect(await actors[i]?.kv.getText('k')).toBe(`${i}`);
      await keyspaces[0]?.openActor('a');
      await actors[1]?.kv.set('k', 'still the owner');
    });

    test('the empty name is no root, and a bad one is refused', async () => {
      const { store } = await open();
      const actor = await (await shared(store, '')).openActor('a');
      await actor.kv.set('k', '1');
      expect(await userEntries(store)).toHaveLength(1);
      for (const root of ['s'.repeat(21), 'a\0b', '\ud800', 'ä'.repeat(11)]) {
        await expect(shared(store, root)).rejects.toThrow(RangeError);
      }
      await expect(shared(store, 5 as unknown as string)).rejects.toThrow(TypeError);
    });
  });
});

describe('opening', () => {
  test('what the store throws passes on, and leaves no handle behind', async () => {
    class Failing extends HeldStore {
      override claim(): Promise<never> {
        return Promise.reject(new Error('no claim'));
      }
    }
    const keyspace = await openKeyspace({ store: new Failing(new MemoryStore()) });
    await expect(keyspace.openActor('a')).rejects.toThrow('no claim');
    await keyspace.close();
  });
});
