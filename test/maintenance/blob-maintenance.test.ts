import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { ActorKeyspace } from '../../src/keyspace/index.js';
import { startBlobMaintenance } from '../../src/maintenance/index.js';
import { DAY_MS, HOUR_MS, openWorld } from '../blobs/support.js';
import { PROJECT } from '../docs/support.js';

/** Resolves once everything that has been begun has gone as far as it can without time passing. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('row 24: the maintenance', () => {
  test('runs at once, then on its interval, one round at a time, until it is stopped', async () => {
    const { actor, clock } = await openWorld();
    const reports: object[] = [];
    const maintenance = startBlobMaintenance({
      actors: () => [actor],
      clock,
      intervalMs: 5_000,
      collectEvery: 3,
      batch: 2,
      onReport: (report) => reports.push(report),
    });
    await settled();
    expect(reports).toMatchObject([{ actorId: 'a', expired: 0, collected: { ran: true } }]);
    for (let at = 0; at < 5; at++) await actor.fields.set(`f${at}`, at, { ttlMs: 1_000 });
    await actor.blobs.put('x', { holder: 'h', ttlMs: 1_000 });
    clock.advance(4_999);
    await settled();
    expect(reports).toHaveLength(1);
    clock.advance(1);
    await settled();
    expect(reports.slice(1)).toEqual([{ actorId: 'a', expired: 6 }]);
    clock.advance(5_000);
    await settled();
    clock.advance(5_000);
    await settled();
    expect(reports.map((report) => 'collected' in report)).toEqual([true, false, false, true]);
    await maintenance.stop();
    await maintenance.stop();
    expect(clock.pendingCount).toBe(0);
  });

  test('row 25: takes care of actors of several keyspaces', async () => {
    const worlds = [await openWorld(), await openWorld()];
    for (const { actor, clock } of worlds) {
      await actor.fields.set('f', 1, { ttlMs: HOUR_MS });
      clock.advance(DAY_MS);
    }
    const expired: number[] = [];
    const maintenance = startBlobMaintenance({
      actors: async function* () {
        for (const { actor } of worlds) yield actor;
      },
      onReport: (report) => expired.push(report.expired),
    });
    await settled();
    await maintenance.stop();
    expect(expired).toEqual([1, 1]);
  });

  test('goes on after a failure, of one actor or of all', async () => {
    const { actor, clock, keyspace } = await openWorld();
    const closed = await keyspace.openActor('closed');
    await closed.close();
    const failures: unknown[] = [];
    let reports = 0;
    let round = 0;
    const maintenance = startBlobMaintenance({
      actors: function* (): Generator<ActorKeyspace> {
        yield closed;
        yield actor;
        if (round++ === 0) throw new Error('no more');
      },
      clock,
      onReport: () => reports++,
      onError: (error, actorId) => failures.push([(error as { code?: string }).code, actorId]),
    });
    await settled();
    clock.advance(60_000);
    await settled();
    await maintenance.stop();
    expect(reports).toBe(2);
    expect(failures).toEqual([
      ['actor.closed', 'closed'],
      [undefined, undefined],
      ['actor.closed', 'closed'],
    ]);
  });

  test.each([
    { intervalMs: 999 },
    { intervalMs: 2 ** 31 },
    { collectEvery: -1 },
    { batch: 0 },
    { intervalMs: Number.NaN },
  ])('refuses %j', (options) => {
    expect(() => startBlobMaintenance({ actors: () => [], ...options })).toThrow(RangeError);
  });

  test('does not keep a process alive', () => {
    const script = `
      import { startBlobMaintenance } from 'actor-keyspace';
      startBlobMaintenance({ actors: () => [] });
    `;
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: PROJECT, timeout: 20_000 });
  });
});
