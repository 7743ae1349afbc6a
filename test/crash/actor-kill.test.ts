import { expect, test } from 'vitest';
import { type ActorKeyspace, openKeyspace } from '../../src/keyspace/index.js';
import { openLmdbStore } from '../../src/stores/lmdb/index.js';
import { text } from '../actor/support.js';
import { collect } from '../keyspace/support.js';
import { expectExactUsage } from '../keyspace/usage-support.js';
import { startChild, storePath } from './support.js';

const ROUNDS = Number(process.env.ACTOR_KILL_ROUNDS ?? 20);

/** Everything that the first `n` transactions leave in the actor. */
async function expectExactly(actor: ActorKeyspace, n: number): Promise<void> {
  const upTo = (count: number) => Array.from({ length: Math.min(n, count) }, (_, i) => n - i);
  const expected = new Map<string, string>(
    upTo(10).map((i) => [`recent/${i}`, `${i}`.repeat(1 + ((i * 97) % 1_000))]),
  );
  if (n > 0) expected.set('n', `${n}`).set(`scratch/${n}`, `${n}`);
  const entries = await collect(actor.kv.scan());
  expect(new Map(entries.map(({ key, value }) => [text(key), text(value)]))).toEqual(expected);
  expect(await actor.inspectorToken.get()).toBe(n === 0 ? undefined : `${n}`);
  const record = await actor.state.get();
  expect(record?.state).toEqual(n === 0 ? undefined : { n });
  expect(record?.scheduledEvents).toEqual(n === 0 ? undefined : [{ eventId: 'e', dueAtMs: n, action: 'a' }]);
  const connections = (await collect(actor.connections.list())).map(({ id, state }) => [id, state]);
  expect(connections).toEqual(
    upTo(3)
      .map((i) => [`c${i % 3}`, i])
      .sort(),
  );
}

test(`killed ${ROUNDS} times, it has every acknowledged transaction whole, and of the others a beginning`, async () => {
  const path = await storePath();
  let stored = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const atOnce = [1, 8, 32][round % 3] as number;
    const child = startChild('transactions.mjs', path, `${atOnce}`);
    expect(await child.hear()).toBe(`open ${stored}`);
    // Any number will do, none too.
    const enough = (round * 37) % (8 * atOnce);
    const acknowledged: number[] = [];
    while (acknowledged.length < enough) acknowledged.push(Number(await child.hear()));
    await child.kill('SIGKILL');
    for await (const line of child.lines) acknowledged.push(Number(line));
    expect(await child.exit).toMatchObject({ signal: 'SIGKILL', stderr: '' });

    const store = await openLmdbStore({ path });
    const keyspace = await openKeyspace({ store });
    const actor = await keyspace.openActor('a', { readOnly: true });
    const last = Math.max(stored, ...acknowledged);
    stored = Number((await actor.kv.getText('n')) ?? '0');
    expect(stored).toBeGreaterThanOrEqual(last);
    expect(stored).toBeLessThanOrEqual(last + atOnce);
    await expectExactly(actor, stored);
    await expectExactUsage(store, actor);
    const due = stored === 0 ? [] : [{ actorId: 'a', wakeAtMs: stored }];
    expect(await collect(keyspace.due())).toEqual(due);
    await keyspace.close();
  }
  expect(stored).toBeGreaterThan(0);
});

test('two processes that take one actor from each other lose no count and add none', async () => {
  const path = await storePath();
  const children = [0, 1].map(() => startChild('contender.mjs', path, '25', '40'));
  for (const child of children) expect(await child.hear()).toBe('ready');
  for (const child of children) child.say('go');
  let acknowledged = 0;
  let fencings = 0;
  for (const child of children) {
    const [, counted, fenced] = (await child.hear()).split(' ');
    acknowledged += Number(counted);
    fencings += Number(fenced);
    expect(await child.exit).toMatchObject({ code: 0, stderr: '' });
  }
  const keyspace = await openKeyspace({ store: await openLmdbStore({ path }) });
  const actor = await keyspace.openActor('contended', { readOnly: true });
  expect(await actor.kv.getText('n')).toBe(`${acknowledged}`);
  expect((await actor.state.get())?.state).toBe(acknowledged);
  const counts = (await collect(actor.kv.scan({ prefix: 'by/' }))).map(({ key }) =>
    Number(text(key)?.split('/')[2]),
  );
  expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: acknowledged }, (_, i) => i + 1));
  expect(fencings).toBeGreaterThan(0);
  await keyspace.close();
});
