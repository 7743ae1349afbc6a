import { expect, test } from 'vitest';
import { isKeyspaceError } from '../../src/errors.js';
import { openKeyspace } from '../../src/keyspace/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import { FaultStore, type ScriptedFault } from '../../src/testing/index.js';
import { integrity } from './support.js';

const STEPS = 14;

interface Outcome {
  readonly acknowledged: readonly number[];
  readonly uncertain: readonly number[];
}

/** Numbered transactions of many kinds; what was acknowledged, and what may have been applied nevertheless. */
async function work(store: FaultStore): Promise<Outcome> {
  const acknowledged: number[] = [];
  const uncertain: number[] = [];
  const keyspace = await openKeyspace({ store, sharedStore: true });
  try {
    let actor = await keyspace.openActor('a');
    await actor.sqlite.exec(
      'CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY, b); CREATE INDEX IF NOT EXISTS i ON t (b)',
    );
    for (let n = 0; n < STEPS; n++) {
      // Half-way, from what is stored alone.
      if (n === STEPS / 2) actor = await keyspace.openActor('a');
      const { sqlite } = actor;
      uncertain.push(n);
      if (n % 4 === 0) {
        await actor.transaction(async (tx) => {
          await tx.sqlite.run('INSERT INTO t VALUES (?, randomblob(9000))', n);
          await tx.kv.set(`k${n}`, 'v');
        });
      } else if (n % 4 === 1) {
        sqlite.sync.transaction(() => {
          sqlite.sync.run('INSERT INTO t VALUES (?, randomblob(100))', n);
          sqlite.sync.run('UPDATE t SET b = randomblob(3000) WHERE n < 3');
        });
        await actor.durable();
      } else if (n % 4 === 2) {
        await sqlite.exec(`BEGIN; INSERT INTO t VALUES (${n}, 1); UPDATE t SET b = 2 WHERE n = 0; COMMIT`);
      } else {
        await sqlite.run('INSERT INTO t VALUES (?, ?)', n, 'x'.repeat(20_000));
        await sqlite.run('VACUUM');
      }
      acknowledged.push(n);
      uncertain.pop();
    }
  } catch (error) {
    expect(isKeyspaceError(error), String(error)).toBe(true);
  } finally {
    await keyspace.close().catch((error) => expect(isKeyspaceError(error)).toBe(true));
  }
  return { acknowledged, uncertain };
}

async function expectWhole(inner: MemoryStore, { acknowledged, uncertain }: Outcome): Promise<void> {
  const keyspace = await openKeyspace({ store: inner, sharedStore: true });
  const actor = await keyspace.openActor('a');
  const hasTable = await actor.sqlite.get("SELECT 1 AS one FROM sqlite_schema WHERE name = 't'");
  const rows = hasTable ? await actor.sqlite.all<{ n: number }>('SELECT n FROM t ORDER BY n') : [];
  const stored = rows.map(({ n }) => n);
  const possible = [acknowledged, [...acknowledged, ...uncertain]].map((list) => JSON.stringify(list));
  expect(possible).toContain(JSON.stringify(stored));
  for (const n of stored) if (n % 4 === 0) expect(await actor.kv.getText(`k${n}`)).toBe('v');
  expect(await integrity(actor)).toBe('ok');
  await keyspace.close();
}

async function operationCount(): Promise<number> {
  let count = 0;
  const store = new FaultStore(new MemoryStore(), {
    plan: () => {
      count++;
      return undefined;
    },
  });
  const { acknowledged } = await work(store);
  expect(acknowledged).toHaveLength(STEPS);
  return count;
}

test('without faults everything is acknowledged', async () => {
  const inner = new MemoryStore();
  await expectWhole(inner, await work(new FaultStore(inner)));
});

test('each operation of the store fails once: what is there is whole, and everybody hears of it', async () => {
  const total = await operationCount();
  let interrupted = 0;
  for (let nth = 1; nth <= total; nth++) {
    const inner = new MemoryStore();
    const plan: ScriptedFault[] = [{ operation: 'any', nth, fault: 'fail' }];
    const outcome = await work(new FaultStore(inner, { plan }));
    if (outcome.acknowledged.length < STEPS) interrupted++;
    await expectWhole(inner, outcome);
  }
  expect(interrupted).toBeGreaterThan(total / 2);
});

test.each(['lose', 'applyThenFail', 'cut'] as const)('each commit in turn meets: %s', async (fault) => {
  for (let nth = 1; nth <= 3 * STEPS; nth++) {
    const inner = new MemoryStore();
    const outcome = await work(new FaultStore(inner, { plan: [{ operation: 'commit', nth, fault }] }));
    await expectWhole(inner, outcome);
  }
});
