import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LmdbStore } from '../../../src/stores/lmdb/index.js';
import { actor, type Child, StoreFolders } from './support.js';

const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 25);
const ACTORS = 4;

const folders = new StoreFolders();

/** Reads acknowledgements until there are `count`, kills the process, and reads what it still said. */
async function killAfter(child: Child, count: number, acknowledged: number[]): Promise<void> {
  let heard = 0;
  for await (const line of child.lines) {
    const [index, n] = line.split(' ').map(Number) as [number, number];
    acknowledged[index] = n;
    if (++heard === count) void child.kill('SIGKILL');
  }
  expect(await child.exit).toMatchObject({ signal: 'SIGKILL', stderr: '' });
}

/** The number of the commit that the partition is whole at. */
async function commitNumber(store: LmdbStore, index: number): Promise<number> {
  const partition = actor(`actor-${index}`);
  const entries = [...store.sync.scan(partition, { begin: new Uint8Array(0) })];
  if (entries.length === 0) return 0;
  const n = Number.parseInt(Buffer.from(entries[0]!.value).toString(), 10);
  const value = entries[0]!.value;
  expect(entries.map(({ key }) => Buffer.from(key).toString('hex'))).toEqual([
    '61',
    '62',
    '63',
    (0x80 + (n % 100)).toString(16),
  ]);
  expect(entries.map((entry) => entry.value)).toEqual([value, value, value, Uint8Array.of(n % 100)]);
  return n;
}

test('after a kill every acknowledged commit is whole, and nothing is half there', async () => {
  const path = join(await folders.make(), 'store');
  const acknowledged = new Array<number>(ACTORS).fill(0);
  const start = () => folders.child('committer.mjs', path, `${ACTORS}`);
  let next = start();
  for (let round = 0; round < ROUNDS; round++) {
    const child = next;
    // Starting takes longest, so the next one does that meanwhile.
    next = start();
    child.say('go');
    await killAfter(child, 1 + ((round * 37) % 150), acknowledged);
    const store = await folders.open({ path });
    for (let index = 0; index < ACTORS; index++) {
      const n = await commitNumber(store, index);
      expect(n).toBeGreaterThanOrEqual(acknowledged[index] as number);
      // One commit of an actor is under way at a time, so at most one was not acknowledged.
      expect(n).toBeLessThanOrEqual((acknowledged[index] as number) + 1);
      acknowledged[index] = n;
    }
    await store.close();
  }
  expect(Math.min(...acknowledged)).toBeGreaterThan(0);
});
