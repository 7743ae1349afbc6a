import { expect, test } from 'vitest';
import { openKeyspace } from '../../src/keyspace/index.js';
import { openLmdbStore } from '../../src/stores/lmdb/index.js';
import { collect } from '../keyspace/support.js';
import { expectExactUsage } from '../keyspace/usage-support.js';
import { startChild, storePath } from './support.js';

const MESSAGES = 24;

test('a workflow that is killed again and again takes every message once and repeats at most the step it was in', async () => {
  const path = await storePath();
  const numbers = Array.from({ length: MESSAGES }, (_, n) => n);
  let last = -1;
  let result: string | undefined;
  for (let round = 0; result === undefined; round++) {
    expect(round).toBeLessThan(MESSAGES);
    const child = startChild('workflow.mjs', path, `${MESSAGES}`);
    expect(await child.hear()).toBe('open');
    const lines: string[] = [];
    const enough = 1 + ((round * 5) % 7);
    while (lines.length < enough && !lines.at(-1)?.startsWith('result')) lines.push(await child.hear());
    await child.kill('SIGKILL');
    for await (const line of child.lines) lines.push(line);
    for (const line of lines) {
      if (line.startsWith('result')) {
        result = line.slice('result '.length);
      } else {
        const n = Number(line);
        expect([last, last + 1]).toContain(n);
        last = n;
      }
    }
  }
  expect(JSON.parse(result)).toEqual(numbers);

  const store = await openLmdbStore({ path });
  const keyspace = await openKeyspace({ store });
  const actor = await keyspace.openActor('a', { readOnly: true });
  expect((await actor.workflow.getOutput())?.value).toEqual(numbers);
  expect(await collect(actor.workflow.messages())).toEqual([]);
  expect(await collect(keyspace.due())).toEqual([]);
  await expectExactUsage(store, actor);
  await keyspace.close();
});
