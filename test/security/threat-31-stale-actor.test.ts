import { expect, test } from 'vitest';
import { openKeyspace } from '../../src/keyspace/index.js';
import { openLmdbStore } from '../../src/stores/lmdb/index.js';
import { startChild, storePath } from '../crash/support.js';
import { storedEntries } from '../keyspace/support.js';

test('an owner that was paused while another took over writes nothing when it goes on', async () => {
  const path = await storePath();
  const child = startChild('stale-actor.mjs', path);
  expect(await child.hear()).toBe('in a transaction');
  await child.kill('SIGSTOP');
  child.say('go on');

  const store = await openLmdbStore({ path });
  const keyspace = await openKeyspace({ store });
  const actor = await keyspace.openActor('a');
  expect(await actor.kv.getText('owner')).toBe('stale');
  await actor.kv.set('owner', 'new');
  const before = await storedEntries(store);
  await child.kill('SIGCONT');
  const outcomes = (await child.hear()).split(',');
  expect(outcomes).toEqual(outcomes.map(() => 'actor.fenced'));
  expect(outcomes).toHaveLength(8);
  expect(await child.exit).toMatchObject({ code: 0, stderr: '' });

  expect(await storedEntries(store)).toEqual(before);
  await actor.kv.set('owner', 'still new');
  await keyspace.close();
});
