import { expect, test } from 'vitest';
import { openKeyspace } from '../../src/keyspace/index.js';
import { openLmdbStore } from '../../src/stores/lmdb/index.js';
import { SimulatedClock } from '../../src/testing/simulated-clock.js';
import { sha256 } from '../blobs/support.js';
import { expectExactUsage } from '../keyspace/usage-support.js';
import { startChild, storePath } from './support.js';

const ROUNDS = Number(process.env.BLOBS_KILL_ROUNDS ?? 24);
const START_MS = 1_750_000_000_000;
const YEAR_MS = 365 * 24 * 3_600_000;

const textOf = (id: string) => `blob ${id} `.repeat(2_000 * (1 + (Number(id.split('/')[1]) % 5)));

test(`rows 13 and 74: killed ${ROUNDS} times at any commit, everything that is held is whole, and the rest goes`, async () => {
  const path = await storePath();
  const kept = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    const clock = new SimulatedClock({ nowMs: START_MS + round * YEAR_MS });
    const child = startChild('blobs.mjs', path, `${clock.nowMs()}`, `${round}`);
    // Every commit of a turn is hit in some round, those of the collector among them.
    let commits = 1 + ((round * 7) % 40);
    let field = '';
    const hearLine = (line: string) => {
      const [word, id = ''] = line.split(' ');
      if (word === 'kept') kept.add(id);
      if (word === 'field') field = id;
      return word;
    };
    while (commits > 0) if (hearLine(await child.hear()) === 'commit') commits--;
    await child.kill('SIGKILL');
    for await (const line of child.lines) hearLine(line);
    expect(await child.exit).toMatchObject({ signal: 'SIGKILL', stderr: '' });

    const store = await openLmdbStore({ path });
    const keyspace = await openKeyspace({ store, clock, fieldDefaults: { inlineBytesMax: 1_000 } });
    const actor = await keyspace.openActor('a');
    for (const id of kept) expect(await actor.blobs.verify(sha256(textOf(id)))).toBe(true);
    if (field !== '') expect(`${await actor.fields.get('f')}`.length).toBeGreaterThan(1_000);
    const { problems } = await actor.blobs.audit({ verify: true });
    // An upload that was under way may have left chunks, which nobody takes for a blob.
    expect(problems.filter(({ problem }) => problem !== 'bytes_without_descriptor')).toEqual([]);
    await expectExactUsage(store, actor);

    clock.advance(YEAR_MS / 2);
    await actor.fields.sweep();
    await actor.blobs.sweep();
    await actor.blobs.collect({ allowNoRoots: true });
    clock.advance(48 * 3_600_000);
    expect(await actor.blobs.collect({ allowNoRoots: true })).toMatchObject({ ran: true, failed: 0 });
    expect(await actor.blobs.audit({ verify: true })).toMatchObject({ problems: [] });
    const held = new Set<string>();
    for await (const { digest } of actor.blobs.list()) held.add(digest);
    for (const id of kept) expect(held.has(sha256(textOf(id)))).toBe(true);
    for (const digest of held) expect(await actor.blobs.references(digest)).not.toEqual([]);
    await keyspace.close();
  }
  expect(kept.size).toBeGreaterThan(0);
});
