import { expect, test } from 'vitest';
import { MemoryStore } from '../../src/stores/memory/index.js';
import {
  defaultInvariants,
  type Invariant,
  kvWorkload,
  simulate,
  sqliteWorkload,
} from '../../src/testing/index.js';

const open = async () => ({ store: new MemoryStore() });

/** Of each actor there is a key for each page, and one for their number. */
const keysArePages: Invariant = async ({ keyspace, actorIds }) => {
  for (const actorId of actorIds) {
    const actor = await keyspace.openActor(actorId, { readOnly: true });
    const row = await actor.sqlite.get<{ page_count: number }>('PRAGMA page_count');
    const pageCount = row?.page_count ?? 0;
    const { keyCount } = (await actor.usage()).namespaces.sqlite ?? { keyCount: 0 };
    if (keyCount !== (pageCount === 0 ? 0 : pageCount + 1))
      throw new Error(`${keyCount} keys for ${pageCount} pages`);
  }
};
const invariants = [...defaultInvariants, keysArePages];

test('nothing is wrong in any history with SQL', async () => {
  let crashes = 0;
  let failedOwners = 0;
  for (let seed = 0; seed < 60; seed++) {
    const { counts } = await simulate({
      seed: `sql ${seed}`,
      open,
      invariants,
      workloads: [sqliteWorkload, kvWorkload],
      quotaBytes: Number.POSITIVE_INFINITY,
    });
    crashes += counts.crashes ?? 0;
    failedOwners += counts.failedOwners ?? 0;
  }
  expect(crashes).toBeGreaterThan(10);
  expect(failedOwners).toBeGreaterThan(10);
});

test('nor with quotas that refuse', async () => {
  let overQuota = 0;
  for (let seed = 0; seed < 20; seed++) {
    const { counts } = await simulate({
      seed: `quota ${seed}`,
      open,
      invariants,
      workloads: [sqliteWorkload],
      quotaBytes: 40_000,
    });
    overQuota += counts.overQuota ?? 0;
  }
  expect(overQuota).toBeGreaterThan(0);
});
