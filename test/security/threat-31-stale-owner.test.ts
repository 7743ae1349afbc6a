import { join } from 'node:path';
import { expect, test } from 'vitest';
import { actor, StoreFolders, set, utf8 } from '../stores/lmdb/support.js';

const folders = new StoreFolders();

test('an owner that was stopped and superseded writes nothing when it resumes', async () => {
  const path = join(await folders.make(), 'store');
  const store = await folders.open({ path });
  const partition = actor('owned');
  const stale = folders.child('paused-owner.mjs', path);
  expect(await stale.hear()).toBe('claimed 1');
  stale.say('theirs');
  expect(await stale.hear()).toBe('fulfilled,fulfilled');

  await stale.kill('SIGSTOP');
  stale.say('stale');
  const fence = await store.claim(partition);
  expect(fence.epoch).toBe(2);
  await store.commit({ fences: [fence], writes: [set(partition, 'value', 'ours')] });
  await stale.kill('SIGCONT');

  expect(await stale.hear()).toBe('commit.fenced,commit.fenced');
  const snapshot = await store.snapshot();
  expect(await snapshot.get(partition, utf8('value'))).toEqual(utf8('ours'));
});
