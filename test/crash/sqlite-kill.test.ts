import { expect, test } from 'vitest';
import { openKeyspace } from '../../src/keyspace/index.js';
import { openLmdbStore } from '../../src/stores/lmdb/index.js';
import { expectExactUsage } from '../keyspace/usage-support.js';
import { integrity } from '../sqlite/support.js';
import { startChild, storePath } from './support.js';

const ROUNDS = Number(process.env.SQLITE_KILL_ROUNDS ?? 12);

test(`killed ${ROUNDS} times, the database has every acknowledged transaction whole, and of the others a beginning`, async () => {
  const path = await storePath();
  let stored = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const atOnce = [1, 8][round % 2] as number;
    const child = startChild('sqlite.mjs', path, `${atOnce}`);
    expect(await child.hear()).toBe(`open ${stored}`);
    const enough = (round * 37) % (20 * atOnce);
    const acknowledged: number[] = [];
    while (acknowledged.length < enough) acknowledged.push(Number(await child.hear()));
    await child.kill('SIGKILL');
    for await (const line of child.lines) acknowledged.push(Number(line));
    expect(await child.exit).toMatchObject({ signal: 'SIGKILL', stderr: '' });

    const store = await openLmdbStore({ path });
    const keyspace = await openKeyspace({ store });
    const actor = await keyspace.openActor('a');
    const last = Math.max(stored, ...acknowledged);
    const row = await actor.sqlite.get<{ n: number; gaps: number }>(
      'SELECT coalesce(max(n), 0) AS n, max(n) - min(n) + 1 - count(*) AS gaps FROM t',
    );
    stored = row?.n ?? 0;
    expect(stored).toBeGreaterThanOrEqual(last);
    expect(stored).toBeLessThanOrEqual(last + atOnce);
    if (stored > 0) expect(row?.gaps).toBe(0);
    const latest = stored - (stored % 3);
    expect(await actor.kv.getText('n')).toBe(latest === 0 ? undefined : `${latest}`);
    expect(await integrity(actor)).toBe('ok');
    await expectExactUsage(store, actor);
    await keyspace.close();
  }
  expect(stored).toBeGreaterThan(0);
});
