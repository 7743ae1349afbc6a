import { describe, expect, test } from 'vitest';
import { openKeyspace } from '../../src/index.js';
import { openLmdbStore } from '../../src/stores/lmdb/index.js';
import { SimulatedClock } from '../../src/testing/simulated-clock.js';
import { damage, dump, keys, sha256 } from '../blobs/support.js';
import { makeStore } from './store-support.js';
import { runHere } from './support.js';

/** Long ago, so that by the clock of the command line everything is over. */
const CLOCK = new SimulatedClock({ nowMs: 1_600_000_000_000 });

async function makeBlobs(): Promise<string> {
  return makeStore(async (store) => {
    const keyspace = await openKeyspace({ store, clock: CLOCK, sharedStore: true });
    const actor = await keyspace.openActor('a');
    await actor.blobs.put('held', { holder: 'h' });
    await actor.blobs.put('garbage');
    await actor.blobs.put('ends', { holder: 'e', ttlMs: 1_000 });
    await actor.fields.set('f', 'value', { ttlMs: 1_000 });
    const other = await keyspace.openActor('b');
    await other.blobs.put('nobody');
    await keyspace.close();
  });
}

async function dumpOf(path: string): Promise<string[]> {
  const store = await openLmdbStore({ path });
  try {
    return await dump(store);
  } finally {
    await store.close();
  }
}

const objects = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('blobs', () => {
  test('are listed with who holds them, and with what is wrong', async () => {
    const path = await makeBlobs();
    const { exitCode, stdout, stderr } = await runHere(['blobs', path, 'a']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain(`a ${sha256('held')}: 4 bytes, held by user:h\n`);
    expect(stdout).toContain(`a ${sha256('garbage')}: 7 bytes, held by nothing\n`);
    expect(stdout).toMatch(/a: 3 blobs, \d+ bytes\n$/);
    const store = await openLmdbStore({ path });
    await damage(store, keys.chunk(sha256('held')), new TextEncoder().encode('hell'));
    await store.close();
    const verified = await runHere(['blobs', path, '--verify', '--json']);
    expect(verified.exitCode).toBe(1);
    expect(objects(verified.stdout)).toContainEqual({
      type: 'problem',
      actor: 'a',
      problem: 'digest_differs',
      digest: sha256('held'),
    });
    expect(objects(verified.stdout).at(-1)).toEqual({ type: 'end', actors: 2, problems: 1 });
    expect(await runHere(['blobs', path, 'nobody'])).toMatchObject({ exitCode: 1 });
  });
});

describe('sweep', () => {
  test('removes what ended; a dry run counts it and writes nothing', async () => {
    const path = await makeBlobs();
    const before = await dumpOf(path);
    const dry = await runHere(['sweep', path, '--dry-run', '--json']);
    expect(await dumpOf(path)).toEqual(before);
    const swept = { type: 'swept', actor: 'a', fields: 1, references: 1, uploads: 0 };
    expect(objects(dry.stdout)[0]).toEqual({ ...swept, dryRun: true });
    const done = await runHere(['sweep', path, '--json']);
    expect(objects(done.stdout)).toEqual([
      { ...swept, dryRun: false },
      { type: 'swept', actor: 'b', dryRun: false, fields: 0, references: 0, uploads: 0 },
      { type: 'end', actors: 2, total: 2 },
    ]);
    expect((await runHere(['sweep', path, 'a'])).stdout).toBe('a: 0 fields, 0 references, 0 uploads\n');
  });
});

describe('gc', () => {
  test('deletes what nothing holds; a dry run lists it and writes nothing', async () => {
    const path = await makeBlobs();
    const before = await dumpOf(path);
    const dry = await runHere(['gc', path, 'a', '--dry-run', '--json']);
    expect(dry.exitCode).toBe(0);
    expect(await dumpOf(path)).toEqual(before);
    expect(objects(dry.stdout)).toMatchObject([
      { type: 'blob', actor: 'a', digest: sha256('garbage'), fate: 'condemned' },
      { type: 'collected', actor: 'a', dryRun: true, condemned: 1, deleted: 0, stamped: 1 },
      { type: 'end', actors: 1, refused: 0 },
    ]);
    const done = await runHere(['gc', path, 'a']);
    expect(done).toMatchObject({ exitCode: 0, stderr: '' });
    expect(done.stdout).toMatch(/^a: 1 blob of \d+ bytes deleted, 1 held, 0 within grace\n$/);
    expect((await runHere(['blobs', path, 'a'])).stdout).not.toContain(sha256('garbage'));
  });

  test('refuses an actor in which nothing holds anything, unless that is right', async () => {
    const path = await makeBlobs();
    const refused = await runHere(['gc', path, 'b']);
    expect(refused.exitCode).toBe(1);
    expect(refused.stdout).toContain('! b: no_roots');
    const allowed = await runHere(['gc', path, 'b', '--allow-no-roots', '--grace-ms', '3660000']);
    expect(allowed.stdout).toContain('b: 1 blob');
    expect(await runHere(['gc', path, '--grace-ms', '5'])).toMatchObject({ exitCode: 2 });
  });
});
