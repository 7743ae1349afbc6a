import { expect, test } from 'vitest';
import { openKeyspace } from '../../src/keyspace/index.js';
import { openLmdbStore } from '../../src/stores/lmdb/index.js';
import { text } from '../actor/support.js';
import { collect } from '../keyspace/support.js';
import { expectExactUsage } from '../keyspace/usage-support.js';
import { startChild, storePath } from './support.js';

const ROUNDS = Number(process.env.QUEUE_KILL_ROUNDS ?? 12);

test(`killed ${ROUNDS} times, it has every message in the queue or done with, and none of them twice`, async () => {
  const path = await storePath();
  const enqueued = new Set<number>();
  const done = new Set<number>();
  for (let round = 0; round < ROUNDS; round++) {
    const atOnce = [1, 4, 16][round % 3] as number;
    const child = startChild('queue.mjs', path, `${atOnce}`);
    expect(await child.hear()).toBe('open');
    const note = (line: string) => {
      const [kind, n] = line.split(' ');
      (kind === 'e' ? enqueued : done).add(Number(n));
    };
    const enough = 1 + ((round * 37) % (20 * atOnce));
    for (let heard = 0; heard < enough; heard++) note(await child.hear());
    await child.kill('SIGKILL');
    for await (const line of child.lines) note(line);
    expect(await child.exit).toMatchObject({ signal: 'SIGKILL', stderr: '' });

    const store = await openLmdbStore({ path });
    const keyspace = await openKeyspace({ store });
    const actor = await keyspace.openActor('a', { readOnly: true });
    const peeked = await actor.queue.peek({ limit: 1_000 });
    const waiting = new Set(peeked.map(({ body }) => (body as { n: number }).n));
    expect(waiting.size).toBe(peeked.length);
    expect(await actor.queue.size()).toMatchObject({ messages: peeked.length });
    const entries = await collect(actor.kv.scan({ prefix: 'done/' }));
    const stored = new Set(entries.map(({ key }) => Number(text(key)?.slice('done/'.length))));
    expect([...done].filter((n) => !stored.has(n))).toEqual([]);
    expect([...enqueued].filter((n) => !stored.has(n) && !waiting.has(n))).toEqual([]);
    expect([...waiting].filter((n) => stored.has(n))).toEqual([]);
    expect(await actor.queue.quarantine.list()).toEqual([]);
    await expectExactUsage(store, actor);
    const due = await collect(keyspace.due(Number.MAX_SAFE_INTEGER));
    expect(due).toHaveLength(peeked.length > 0 ? 1 : 0);
    await keyspace.close();
  }
  expect(done.size).toBeGreaterThan(0);
});
