import { describe, expect, test, vi } from 'vitest';
import type { ActorAccess } from '../../src/actor/scope.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import { bytes, HeldStore, openScope, text } from './support.js';

const set = (key: string) => (writes: { set(key: Uint8Array, value: Uint8Array): void }) =>
  writes.set(bytes(key), bytes('v'));
const read = (access: ActorAccess, key: string) => text(access.sync.get(bytes(key)));

describe('what is done at once', () => {
  test('is accepted before it returns, and durable when its promise resolves', async () => {
    const store = new HeldStore();
    const { scope } = await openScope(store);
    store.hold();
    const durable = scope.runNow((accept) => accept(set('k')));
    expect(read(scope, 'k')).toBe('v');
    expect(store.commits).toHaveLength(0);
    const { decide } = await store.arrived();
    decide('apply');
    await durable;
    expect(scope.runNow((accept) => accept(() => {}))).toBeInstanceOf(Promise);
  });

  test('waits in turn for a transaction, and cannot without waiting', async () => {
    const { scope } = await openScope(new MemoryStore());
    const order: string[] = [];
    const transaction = scope.transaction(async (access) => {
      access.runNow((accept) => accept(set('k')));
      expect(read(access, 'k')).toBe('v');
      order.push('transaction');
    });
    expect(() => scope.runNow(() => 1)).toThrow(expect.objectContaining({ code: 'transaction.open' }));
    const turn = scope.runInTurn(() => {
      order.push('turn');
      return read(scope, 'k');
    });
    expect(await turn).toBe('v');
    await transaction;
    expect(order).toEqual(['transaction', 'turn']);
    expect(scope.runNow(() => 1)).toBe(1);
  });

  test('is not there where the store reads asynchronously', async () => {
    const { scope } = await openScope(new MemoryStore({ synchronousReads: false }));
    expect(scope.hasSync).toBe(false);
    expect(() => scope.runNow(() => 1)).toThrow(expect.objectContaining({ code: 'store.sync_unsupported' }));
  });

  test('refuses what a write refuses', async () => {
    const { scope } = await openScope(new MemoryStore(), { quotaBytes: 10 });
    expect(() => scope.runNow((accept) => accept(set('k')))).toThrow(
      expect.objectContaining({ code: 'actor.quota_exceeded' }),
    );
    expect(read(scope, 'k')).toBeUndefined();
  });
});

describe('onVoid', () => {
  test('is called when a transaction ends without its writes, before anybody else has a turn', async () => {
    const { scope } = await openScope(new MemoryStore());
    const order: string[] = [];
    const failing = scope.transaction(async (access) => {
      access.onVoid(() => order.push('void'));
      throw new Error('no');
    });
    const turn = scope.runInTurn(() => order.push('turn'));
    await expect(failing).rejects.toThrow('no');
    await turn;
    expect(order).toEqual(['void', 'turn']);
  });

  test('of a nested transaction that was kept is called with the outer one', async () => {
    const { scope } = await openScope(new MemoryStore());
    const forget = vi.fn();
    const failing = scope.transaction(async (access) => {
      await access.transaction(async (nested) => nested.onVoid(forget));
      expect(forget).not.toHaveBeenCalled();
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(forget).toHaveBeenCalledTimes(1);
  });

  test('is called when a commit is lost, once, and when the actor closes', async () => {
    const store = new HeldStore();
    const { scope, pipeline } = await openScope(store);
    const forget = vi.fn();
    await scope.transaction(async (access) => access.onVoid(forget));
    scope.onVoid(forget);
    store.hold();
    const write = scope.write(set('k'));
    (await store.arrived()).decide({ fail: new Error('disk') });
    await expect(write).rejects.toMatchObject({ code: 'store.failed' });
    expect(forget).toHaveBeenCalledTimes(1);
    await pipeline.close();
    expect(forget).toHaveBeenCalledTimes(1);
    const other = await openScope(new MemoryStore());
    other.scope.onVoid(forget);
    await other.pipeline.close();
    expect(forget).toHaveBeenCalledTimes(2);
  });
});
