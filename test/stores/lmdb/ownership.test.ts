import { join } from 'node:path';
import { expect, test } from 'vitest';
import { actor, StoreFolders, utf8 } from './support.js';

const OWNERS = 2;
const CLAIMS_EACH = 30;
const INCREMENTS = 200;

const folders = new StoreFolders();

test('processes that contend for a partition never write after they were fenced', async () => {
  const path = join(await folders.make(), 'store');
  const store = await folders.open({ path });
  const children = Array.from({ length: OWNERS }, () => folders.child('owner.mjs', path, `${CLAIMS_EACH}`));
  /** How many commits of each epoch were acknowledged. */
  const acknowledged = new Map<number, number>();
  await Promise.all(
    children.map(async (child) => {
      for await (const line of child.lines) {
        const [what, epoch, commits] = line.split(' ');
        if (what !== 'done') acknowledged.set(Number(epoch), Number(commits));
      }
      expect(await child.exit).toMatchObject({ code: 0, stderr: '' });
    }),
  );
  const partition = actor('contended');
  const text = (key: string) => Buffer.from(store.sync.get(partition, utf8(key)) ?? []).toString();

  // Every claim has an epoch of its own, without gaps.
  const epochs = [...acknowledged.keys()].sort((a, b) => a - b);
  expect(epochs).toEqual(Array.from({ length: OWNERS * CLAIMS_EACH }, (_, i) => i + 1));
  // A write after a fence would leave a count that was not acknowledged, or an older epoch on top.
  for (const [epoch, commits] of acknowledged) {
    const last = text(`last-of-${String(epoch).padStart(8, '0')}`);
    expect(last).toBe(commits === 0 ? '' : `${epoch}:${commits}`);
  }
  const lastWritten = Math.max(...epochs.filter((epoch) => acknowledged.get(epoch) !== 0));
  expect(text('counter')).toBe(`${lastWritten}:${acknowledged.get(lastWritten)}`);
  expect(text('copy')).toBe(text('counter'));
  expect((await store.claim(partition)).epoch).toBe(epochs.length + 1);
});

test('another process sees what was claimed and committed', async () => {
  const path = join(await folders.make(), 'store');
  const store = await folders.open({ path });
  const child = folders.child('paused-owner.mjs', path);
  expect(await child.hear()).toBe('claimed 1');
  child.say('theirs');
  expect(await child.hear()).toBe('fulfilled,fulfilled');
  const snapshot = await store.snapshot();
  expect(await snapshot.get(actor('owned'), utf8('value'))).toEqual(utf8('theirs'));
  expect((await store.claim(actor('owned'))).epoch).toBe(2);
});

test('increments of several processes are all counted, without owners', async () => {
  const path = join(await folders.make(), 'store');
  const store = await folders.open({ path });
  const children = Array.from({ length: 3 }, () => folders.child('counter.mjs', path, `${INCREMENTS}`));
  for (const child of children) expect(await child.hear()).toBe('ready');
  for (const child of children) child.say('go');
  for (const child of children) expect(await child.exit).toMatchObject({ code: 0, stderr: '' });
  const snapshot = await store.snapshot();
  expect(await snapshot.get(actor('counted'), utf8('n'))).toEqual(utf8(`${3 * INCREMENTS}`));
});
