import { expect, test } from 'vitest';
import { isKeyspaceError } from '../../src/errors.js';
import { openKeyspace } from '../../src/keyspace/index.js';
import type { Store } from '../../src/store/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import { FaultStore } from '../../src/testing/faults/fault-store.js';
import type { FaultPlan, ScriptedFault } from '../../src/testing/faults/plan.js';
import { SequentialIds } from '../../src/testing/sequential-ids.js';
import { SimulatedClock } from '../../src/testing/simulated-clock.js';
import { expectExactUsage } from '../keyspace/usage-support.js';
import { bytesOf, COMMIT, DAY_MS, parts, sha256 } from './support.js';

const FIELD = { inlineBytesMax: 100 };
const LARGE = bytesOf(COMMIT + 5);
const OLD = 'old '.repeat(50);
const NEW = 'new '.repeat(50);

/** A store in which there is something to overwrite, to sweep and to collect. */
async function prepared(synchronousReads: boolean) {
  const store = new MemoryStore({ synchronousReads });
  const clock = new SimulatedClock();
  const keyspace = await openKeyspace({ store, clock, sharedStore: true, fieldDefaults: FIELD });
  const { blobs, fields } = await keyspace.openActor('a');
  await fields.set('f', OLD);
  await fields.set('ends', 'x'.repeat(200), { ttlMs: 1_000 });
  await blobs.put('held', { holder: 'h' });
  await blobs.put('garbage');
  clock.advance(2 * DAY_MS);
  return { store, clock };
}

/** Every kind of write there is; stops at the first that fails. */
async function live(store: Store, clock: SimulatedClock): Promise<boolean> {
  try {
    const ids = new SequentialIds();
    const keyspace = await openKeyspace({ store, clock, ids, sharedStore: true, fieldDefaults: FIELD });
    const { blobs, fields } = await keyspace.openActor('a');
    await fields.set('f', NEW);
    await blobs.put(parts(LARGE, 100_000), { holder: 'large' });
    await blobs.put(LARGE, { holder: 'again' });
    await blobs.roots.set('r', [sha256('held')]);
    await fields.sweep();
    await blobs.sweep();
    await blobs.collect();
    await keyspace.close();
    return true;
  } catch (error) {
    if (isKeyspaceError(error)) return false;
    throw error;
  }
}

async function expectSound(store: Store, clock: SimulatedClock): Promise<void> {
  const keyspace = await openKeyspace({ store, clock, sharedStore: true, fieldDefaults: FIELD });
  const actor = await keyspace.openActor('a');
  expect([OLD, NEW]).toContain(await actor.fields.get('f'));
  expect(await actor.blobs.verify(sha256('held'))).toBe(true);
  const { problems } = await actor.blobs.audit({ verify: true });
  expect(problems.filter(({ problem }) => problem !== 'bytes_without_descriptor')).toEqual([]);
  const references = await actor.blobs.references(sha256(LARGE));
  if (references.length > 0) expect(await actor.blobs.verify(sha256(LARGE))).toBe(true);
  await expectExactUsage(store, actor);
  // Whatever was left lying about goes.
  for (let round = 0; round < 2; round++) {
    clock.advance(2 * DAY_MS);
    await actor.fields.sweep();
    await actor.blobs.sweep();
    expect(await actor.blobs.collect()).toMatchObject({ ran: true, failed: 0 });
  }
  expect((await actor.blobs.audit({ verify: true })).problems).toEqual([]);
  await keyspace.close();
}

test.each(['fail', 'lose', 'applyThenFail', 'cut'] as const)(
  'rows 13 and 66: with %s at each commit, what is stored is sound',
  async (fault) => {
    let isDone = false;
    for (let nth = 1; !isDone; nth++) {
      const { store, clock } = await prepared(true);
      const plan: ScriptedFault[] = [{ operation: 'commit', nth, fault }];
      isDone = await live(new FaultStore(store, { plan }), clock);
      await expectSound(store, clock);
      expect(nth).toBeLessThan(100);
      if (isDone) expect(nth).toBeGreaterThan(8);
    }
  },
  60_000,
);

test('rows 13 and 66: with a failure at each operation, reads too, what is stored is sound', async () => {
  let failures = 0;
  let isDone = false;
  for (let nth = 1; !isDone; nth += 7) {
    const { store, clock } = await prepared(false);
    let operations = 0;
    const plan: FaultPlan = ({ index }) => {
      operations = index;
      return index === nth ? 'fail' : undefined;
    };
    if (!(await live(new FaultStore(store, { plan }), clock))) failures++;
    isDone = operations < nth;
    await expectSound(store, clock);
    expect(nth).toBeLessThan(5_000);
  }
  expect(failures).toBeGreaterThan(10);
}, 60_000);

test('row 14: owners that contend write the same blob, which is one, and is whole', async () => {
  const store = new MemoryStore();
  const clock = new SimulatedClock();
  const contend = async (name: string) => {
    let fencings = 0;
    for (let at = 0; at < 20; at++) {
      const keyspace = await openKeyspace({ store, clock, sharedStore: true });
      const actor = await keyspace.openActor('a');
      try {
        await actor.blobs.put(parts(LARGE, 300_000), { holder: name });
        await actor.blobs.put('small', { holder: name });
      } catch (error) {
        if (!isKeyspaceError(error, 'actor.fenced')) throw error;
        fencings++;
      }
    }
    return fencings;
  };
  const fencings = await Promise.all([contend('x'), contend('y')]);
  expect(Math.max(...fencings)).toBeGreaterThan(0);
  const keyspace = await openKeyspace({ store, clock, sharedStore: true });
  const actor = await keyspace.openActor('a');
  await actor.blobs.put(LARGE, { holder: 'z' });
  clock.advance(2 * DAY_MS);
  await actor.blobs.sweep();
  await actor.blobs.collect();
  clock.advance(2 * DAY_MS);
  await actor.blobs.collect();
  expect(await actor.blobs.audit({ verify: true })).toMatchObject({ problems: [] });
  expect(await actor.blobs.verify(sha256(LARGE))).toBe(true);
  await expectExactUsage(store, actor);
});
