import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { openKeyspace } from '../../src/keyspace/index.js';
import type { Store } from '../../src/store/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import { HeldStore } from '../actor/support.js';
import { collect, onEveryStore, openActor, userEntries } from './support.js';

async function heldActor(inner: Store = new MemoryStore()) {
  const store = new HeldStore(inner);
  const keyspace = await openKeyspace({ store });
  return { inner, store, keyspace, actor: await keyspace.openActor('a') };
}

/** Whether the promise has settled by itself, without anything else happening. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(
    () => {
      settled = true;
    },
    () => {
      settled = true;
    },
  );
  for (let i = 0; i < 5; i++) await setImmediate();
  return settled;
}

async function microtasks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await undefined;
}

onEveryStore((open) => {
  test('a closed actor refuses everything, closing again is nothing', async () => {
    const { actor } = await openActor(open);
    await actor.kv.set('k', '1');
    await actor.close();
    await actor.close();
    const refusal = { code: 'actor.closed' };
    await expect(actor.kv.get('k')).rejects.toMatchObject(refusal);
    await expect(actor.kv.set('k', '2')).rejects.toMatchObject(refusal);
    await expect(actor.kv.page()).rejects.toMatchObject(refusal);
    await expect(collect(actor.kv.scan())).rejects.toMatchObject(refusal);
    await expect(collect(actor.connections.list())).rejects.toMatchObject(refusal);
    await expect(actor.transaction(async () => 1)).rejects.toMatchObject(refusal);
    await expect(actor.durable()).rejects.toMatchObject(refusal);
  });

  test('a closed keyspace closes its actors, and its store unless it is shared', async () => {
    const { store } = await open();
    const first = await openKeyspace({ store, sharedStore: true });
    const actor = await first.openActor('a');
    await actor.kv.set('k', '1');
    await first.close();
    await expect(actor.kv.get('k')).rejects.toMatchObject({ code: 'actor.closed' });
    await expect(first.openActor('a')).rejects.toMatchObject({ code: 'store.closed' });
    await expect(first.deleteActor('a')).rejects.toMatchObject({ code: 'store.closed' });
    await expect(collect(first.actors())).rejects.toMatchObject({ code: 'store.closed' });
    const second = await openKeyspace({ store });
    expect(await collect(second.actors())).toEqual(['a']);
    await second.close();
    await second.close();
    await expect(collect(store.listPartitions())).rejects.toMatchObject({ code: 'store.closed' });
  });
});

describe('closing', () => {
  test('waits for what is accepted, and whoever closes again waits as well', async () => {
    const { actor, store, inner } = await heldActor();
    store.hold();
    const first = actor.kv.set('a', '1');
    await store.arrived().then(async ({ decide }) => {
      await actor.kv.set('b', '1', { durability: 'deferred' });
      const closings = [actor.close(), actor.close()];
      expect(await Promise.all(closings.map(isSettled))).toEqual([false, false]);
      decide('apply');
      await first;
      (await store.arrived()).decide('apply');
      await Promise.all(closings);
    });
    expect((await userEntries(inner)).map(([key]) => key)).toEqual(['0461', '0462']);
  });

  test('of actor and keyspace at once loses nothing that was accepted', async () => {
    const { actor, keyspace, store, inner } = await heldActor();
    store.hold();
    const first = actor.kv.set('a', '1');
    const { decide } = await store.arrived();
    await actor.kv.set('b', '1', { durability: 'deferred' });
    let storedAtClose: unknown[] = [];
    store.close = async () => {
      storedAtClose = await userEntries(inner);
      return inner.close();
    };
    const closings = [actor.close(), keyspace.close(), keyspace.close()];
    expect(await Promise.all(closings.map(isSettled))).toEqual([false, false, false]);
    decide('apply');
    store.release();
    await Promise.all([first, ...closings]);
    expect(storedAtClose).toHaveLength(2);
  });

  test('waits for a transaction that is open, and refuses what queued behind it', async () => {
    const { actor } = await heldActor();
    let finish: () => void = () => {};
    const open = actor.transaction(async (tx) => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      await tx.kv.set('k', '1');
      return 'done';
    });
    await setImmediate();
    const closing = actor.close();
    let hasRun = false;
    const late = actor.transaction(async () => {
      hasRun = true;
    });
    const lateWrite = actor.kv.set('late', '1');
    const refused = Promise.allSettled([late, lateWrite]);
    expect(await isSettled(closing)).toBe(false);
    finish();
    expect(await open).toBe('done');
    await closing;
    for (const outcome of await refused) expect(outcome).toMatchObject({ reason: { code: 'actor.closed' } });
    expect(hasRun).toBe(false);
  });

  test('gives up on a transaction that never ends, and leaves the actor open', async () => {
    const store = new MemoryStore();
    const keyspace = await openKeyspace({ store, sharedStore: true });
    const actor = await keyspace.openActor('a', { transactionWaitMsMax: 5 });
    let finish: () => void = () => {};
    const open = actor.transaction(async (tx) => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      await tx.kv.set('k', '1');
    });
    const refusal = { code: 'transaction.timeout', details: { waitMsMax: 5 } };
    await expect(actor.close()).rejects.toMatchObject(refusal);
    expect(await actor.kv.get('k')).toBeUndefined();
    finish();
    await open;
    expect(await actor.kv.getText('k')).toBe('1');
    await actor.close();
    await keyspace.close();
  });

  test('a transaction that queued does not run once the actor has failed', async () => {
    const { actor, store } = await heldActor();
    store.hold();
    const failing = actor.kv.set('k', '1');
    const arrived = await store.arrived();
    let finish: () => void = () => {};
    const open = actor.transaction(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    let hasRun = false;
    const queued = actor.transaction(async () => {
      hasRun = true;
    });
    const outcomes = Promise.allSettled([failing, open, queued]);
    await setImmediate();
    arrived.decide({ fail: new Error('disk gone') });
    await setImmediate();
    finish();
    const codes = (await outcomes).map((outcome) => (outcome as PromiseRejectedResult).reason.code);
    expect(codes).toEqual(['store.failed', 'actor.poisoned', 'actor.poisoned']);
    expect(hasRun).toBe(false);
  });

  test('of a keyspace tells the first loss, and closes the others and the store all the same', async () => {
    const { actor, keyspace, store, inner } = await heldActor();
    const other = await keyspace.openActor('b');
    store.hold();
    await actor.kv.set('k', '1', { durability: 'deferred' });
    (await store.arrived()).decide({ fail: new Error('disk gone') });
    store.release();
    await other.kv.set('k', '1');
    const closing = keyspace.close();
    await expect(closing).rejects.toMatchObject({ code: 'store.failed' });
    await expect(keyspace.close()).rejects.toMatchObject({ code: 'store.failed' });
    await expect(other.kv.get('k')).rejects.toMatchObject({ code: 'actor.closed' });
    await expect(inner.snapshot()).rejects.toMatchObject({ code: 'store.closed' });
  });

  test('a loss told by closing the actor is not told again by closing the keyspace', async () => {
    const { actor, keyspace, store } = await heldActor();
    store.hold();
    await actor.kv.set('k', '1', { durability: 'deferred' });
    (await store.arrived()).decide({ fail: new Error('disk gone') });
    await expect(actor.close()).rejects.toMatchObject({ code: 'store.failed' });
    await keyspace.close();
  });

  test('a loss is told by close() or by a durable() beside it', async () => {
    for (const turnsBetween of [0, 1, 2]) {
      const { actor, store } = await heldActor();
      store.hold();
      await actor.kv.set('k', '1', { durability: 'deferred' });
      (await store.arrived()).decide({ fail: new Error('disk gone') });
      await setImmediate();
      const closing = actor.close();
      const told = Promise.allSettled([closing, microtasks(turnsBetween).then(() => actor.durable())]);
      const codes = (await told).map((outcome) => (outcome as PromiseRejectedResult).reason?.code);
      expect([
        ['store.failed', 'actor.closed'],
        [undefined, 'actor.poisoned'],
      ]).toContainEqual(codes);
    }
  });

  test('an actor opened while its keyspace closes is closed with it', async () => {
    const { keyspace } = await heldActor(new MemoryStore({ synchronousReads: false }));
    const opening = keyspace.openActor('b');
    const refused = expect(opening).rejects.toMatchObject({ code: 'store.closed' });
    await keyspace.close();
    await refused;
  });
});
