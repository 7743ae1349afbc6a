import { SqliteVfs } from '@rivetkit/sqlite-vfs';
import { createTraces } from '@rivetkit/traces';
import { expect, test } from 'vitest';
import {
  createSqliteVfsCallbacks,
  createTracesDriver,
  createTracesOptions,
} from '../../../src/adapters/rivetkit/index.js';
import { openKeyspace } from '../../../src/keyspace/index.js';
import { MemoryStore } from '../../../src/stores/memory/index.js';

const openActor = async (store = new MemoryStore()) => (await openKeyspace({ store })).openActor('guest');
const everything = { startMs: 0, endMs: 4_000_000_000_000, limit: 1_000 };

test('@rivetkit/traces keeps its chunks here, and goes on behind them after a restart within a bucket', async () => {
  const store = new MemoryStore();
  for (const name of ['first', 'second', 'third']) {
    const traces = createTraces(createTracesOptions(await openActor(store)));
    const span = traces.startSpan(name);
    expect(await traces.flush()).toBe(true);
    traces.emitEvent(span, 'event');
    traces.endSpan(span);
    expect(await traces.flush()).toBe(true);
  }
  const { otlp } = await createTraces(createTracesOptions(await openActor(store))).readRange(everything);
  const spans = otlp.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
  expect(spans.map(({ name }) => name)).toEqual(['first', 'second', 'third']);
  expect(
    spans.every(({ endTimeUnixNano, events }) => endTimeUnixNano !== undefined && events?.length === 1),
  ).toBe(true);
});

test('its chunks stay within the limit of values', async () => {
  const actor = await openActor();
  const traces = createTraces(createTracesOptions(actor));
  for (let i = 0; i < 2_000; i++)
    traces.endSpan(traces.startSpan(`span ${i}`, { attributes: { text: 'x'.repeat(200) } }));
  expect(await traces.flush()).toBe(true);
  expect((await actor.usage()).namespaces.traces?.keyCount).toBeGreaterThan(3);
});

test('the driver of traces hides the namespace and what the package does not know', async () => {
  const driver = createTracesDriver(await openActor());
  await expect(driver.get(Uint8Array.of(0x15, 0x02, 0x14, 0x14))).rejects.toThrow(RangeError);
  expect(await driver.list(new Uint8Array(0))).toEqual([]);
  expect(await driver.listRange(Uint8Array.of(0x15, 0x02), Uint8Array.of(0x15, 0x03))).toEqual([]);
  await driver.deletePrefix(new Uint8Array(0));
});

test('@rivetkit/sqlite-vfs keeps a database here', async () => {
  const store = new MemoryStore();
  for (const expected of [1, 2]) {
    const actor = await openActor(store);
    const vfs = new SqliteVfs();
    const database = await vfs.open('guest', createSqliteVfsCallbacks(actor));
    await database.exec('create table if not exists t (a)');
    await database.run('insert into t values (?)', ['x'.repeat(10_000)]);
    expect((await database.query('select count(*), sum(length(a)) from t')).rows).toEqual([
      [expected, 10_000 * expected],
    ]);
    await database.close();
    await vfs.destroy();
    expect((await actor.usage()).namespaces.sqlite?.keyCount).toBeGreaterThan(2);
  }
  const callbacks = createSqliteVfsCallbacks(await openActor(store));
  await expect(callbacks.get(Uint8Array.of(4))).rejects.toThrow(RangeError);
});
