import { expect, test } from 'vitest';
import { connectionsWorkload, fieldsWorkload, kvWorkload, simulate } from '../../src/testing/index.js';
import { LMDB } from '../stores/lmdb/support.js';

const { SIMULATION_SEED } = process.env;
const seeds = (count: number) =>
  SIMULATION_SEED === undefined
    ? Array.from({ length: count }, (_, at) => `fields-${at}`)
    : [SIMULATION_SEED];

const workloads = [fieldsWorkload, kvWorkload, connectionsWorkload];

test('fields and their blobs are right in any history in memory', async () => {
  let acknowledged = 0;
  for (const seed of seeds(30)) acknowledged += (await simulate({ seed, workloads })).counts.acknowledged;
  if (SIMULATION_SEED === undefined) expect(acknowledged).toBeGreaterThan(300);
});

test('and on LMDB', async () => {
  for (const seed of seeds(3)) {
    expect((await simulate({ seed, workloads, open: LMDB.open })).steps).toBe(100);
  }
});
