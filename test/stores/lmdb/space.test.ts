import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isKeyspaceError } from '../../../src/errors.js';
import { CAN_MOUNT } from './abilities.js';
import { actor, StoreFolders, set, utf8 } from './support.js';

const MEGABYTE = 1024 * 1024;

const folders = new StoreFolders();

describe('storeBytesMax', () => {
  test('refuses sets with the numbers compared, admits deletes, and then sets again', async () => {
    const storeBytesMax = 2 * MEGABYTE;
    const store = await folders.store({ storeBytesMax });
    const partition = actor('a');
    const fence = await store.claim(partition);
    const commit = (...writes: Parameters<typeof store.commit>[0]['writes']) =>
      store.commit({ fences: [fence], writes });
    let refusal: unknown;
    let stored = 0;
    while (refusal === undefined) {
      await commit(set(partition, `key-${stored}`, new Uint8Array(20_000))).then(
        () => stored++,
        (error: unknown) => {
          refusal = error;
        },
      );
    }
    if (!isKeyspaceError(refusal, 'store.full')) throw refusal;
    const { usedBytes, neededBytes, storeBytesMax: limit } = refusal.details;
    expect(limit).toBe(storeBytesMax);
    expect(usedBytes! + neededBytes!).toBeGreaterThan(storeBytesMax);
    expect(usedBytes).toBe(store.stats().usedBytes);
    expect(store.stats().usedBytes).toBeLessThanOrEqual(storeBytesMax);
    expect(store.stats().usedBytes).toBeGreaterThan(0.9 * storeBytesMax);
    expect(() => store.assertRoom(1, 20_005)).toThrow(expect.objectContaining({ code: 'store.full' }));
    expect(() => store.assertRoom(0, 0)).not.toThrow();

    await commit({ type: 'clearRange', partition, range: { begin: utf8('key-5') } });
    await commit({ type: 'delete', partition, key: utf8('key-1') });
    store.assertRoom(1, 20_005);
    await commit(set(partition, 'again', new Uint8Array(20_000)));
  });

  test('counts commits that are under way', async () => {
    const storeBytesMax = 2 * MEGABYTE;
    const store = await folders.store({ storeBytesMax });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 400 }, (_, i) =>
        store.commit({ writes: [set(actor(`${i % 7}`), `key-${i}`, new Uint8Array(20_000))] }),
      ),
    );
    const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(reasons.length).toBeGreaterThan(0);
    for (const reason of reasons) expect(reason).toMatchObject({ code: 'store.full' });
    expect(store.stats().usedBytes).toBeLessThanOrEqual(storeBytesMax);
    expect(reasons.length).toBeLessThan(outcomes.length);
  });

  test('a claim needs room where it leaves a record, and none where there is one', async () => {
    const path = join(await folders.make(), 'store');
    const roomy = await folders.open({ path });
    await roomy.claim(actor('a'));
    await roomy.commit({ writes: [set(actor('a'), 'key', 'value')] });
    await roomy.close();
    for (const limits of [{ storeBytesMax: 0 }, { reserveBytes: Number.MAX_SAFE_INTEGER }]) {
      const store = await folders.open({ path, ...limits });
      await expect(store.claim(actor('b'))).rejects.toMatchObject({ code: 'store.full' });
      const fence = await store.claim(actor('a'));
      const full = { code: 'store.full' };
      const sets = [set(actor('a'), 'key', 'value')];
      await expect(store.commit({ fences: [fence], writes: sets })).rejects.toMatchObject(full);
      await store.commit({ fences: [fence], writes: [] });
      await store.commit({
        fences: [fence],
        writes: [{ type: 'delete', partition: actor('a'), key: utf8('key') }],
      });
      await store.close();
    }
  });

  test('counts what an entry takes up beside its value', async () => {
    const storeBytesMax = 2_000_000;
    const store = await folders.store({ storeBytesMax });
    const partition = actor('a'.repeat(254));
    const commit = (count: number) =>
      store.commit({
        writes: Array.from({ length: count }, (_, i) => set(partition, `${10_000 + i}`, '')),
      });
    await expect(commit(100_000)).rejects.toMatchObject({ code: 'store.full' });
    await commit(1_000);
    await commit(1_000);
    expect(store.stats().usedBytes).toBeLessThanOrEqual(storeBytesMax);
  });
});

describe.runIf(CAN_MOUNT).each(['fenced', 'unfenced', 'checked'])('on a full disk (%s)', (how) => {
  async function fill(reserveBytes: number): Promise<{ lines: string[]; code: number | null }> {
    const folder = await folders.make();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', folder]);
    folders.after(() => execFileSync('umount', [folder]));
    const child = folders.child('fill.mjs', join(folder, 'store'), `${reserveBytes}`, how);
    const lines: string[] = [];
    for await (const line of child.lines) lines.push(line);
    return { lines, code: (await child.exit).code };
  }

  test('sets are refused before the reserve is used up, and deletes go on', async () => {
    expect(await fill(MEGABYTE)).toEqual({
      lines: [
        'refused store.full true true',
        'kept true',
        'deletes fulfilled',
        'deletes fulfilled',
        'again 20000',
        'reopened true',
      ],
      code: 0,
    });
  });

  test('without a reserve a commit fails whole, and all goes on when there is room', async () => {
    const { lines, code } = await fill(0);
    expect(lines).toEqual([
      'refused store.full true true',
      'kept true',
      expect.stringMatching(/^deletes (fulfilled|store\.full|fulfilled,store\.full)$/),
      'deletes fulfilled',
      'again 20000',
      'reopened true',
    ]);
    expect(code).toBe(0);
  });
});
