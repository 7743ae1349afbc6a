import { expect, test } from 'vitest';
import { openKeyspace } from '../../src/keyspace/index.js';
import { loadEngine } from '../../src/sqlite/wasm/engine.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import { SimulatedClock } from '../../src/testing/index.js';
import { count, integrity, openDatabase } from './support.js';

test('loading leaves no global behind, and makes one instance', async () => {
  const [one, other] = await Promise.all([loadEngine(), loadEngine()]);
  expect(other).toBe(one);
  expect(Object.getOwnPropertyNames(globalThis).filter((name) => name.startsWith('sqlite3'))).toEqual([]);
});

test('hundreds of databases in one instance are apart', async () => {
  const { keyspace } = await openDatabase();
  const actors = [];
  for (let n = 0; n < 300; n++) {
    const actor = await keyspace.openActor(`actor-${n}`);
    await actor.sqlite.exec(`CREATE TABLE t (a); INSERT INTO t VALUES (${n})`);
    actors.push(actor);
  }
  for (const [n, actor] of actors.entries()) {
    expect(await actor.sqlite.all('SELECT a FROM t')).toEqual([{ a: n }]);
  }
});

test('opening, using, failing and closing leaks no memory of SQLite', async () => {
  const { keyspace } = await openDatabase();
  const { heap } = await loadEngine();
  const round = async () => {
    const actor = await keyspace.openActor('a');
    await actor.sqlite.exec(
      'CREATE TABLE IF NOT EXISTS t (a); CREATE VIRTUAL TABLE IF NOT EXISTS f USING fts5 (b)',
    );
    for (let n = 0; n < 20; n++) await actor.sqlite.run('INSERT INTO t VALUES (?)', 'x'.repeat(5_000));
    await actor.sqlite.exec("INSERT INTO f VALUES ('a cup'); DELETE FROM t; DELETE FROM f");
    await actor.sqlite.exec('nonsense').catch(() => {});
    for await (const _row of actor.sqlite.iterate('SELECT * FROM sqlite_schema')) break;
    await actor.transaction(({ sqlite }) => sqlite.run('INSERT INTO t VALUES (nothing)')).catch(() => {});
    await actor.close();
  };
  for (let warm = 0; warm < 20; warm++) await round();
  const { length } = heap.bytes;
  for (let more = 0; more < 150; more++) await round();
  expect(heap.bytes.length).toBe(length);
});

test('a new database has pages of one chunk, whose last 32 bytes are left to the store', async () => {
  const { actor } = await openDatabase();
  await actor.sqlite.exec('CREATE TABLE t (a)');
  const image = await actor.sqlite.serialize();
  expect([image[16], image[17], image[20]]).toEqual([0x10, 0x00, 32]);
  expect(image.subarray(4_064, 4_096).every((byte) => byte === 0)).toBe(true);
});

test('the time is that of the clock', async () => {
  const clock = new SimulatedClock({ nowMs: Date.UTC(2001, 1, 3, 4, 5, 6) });
  const keyspace = await openKeyspace({ store: new MemoryStore(), clock });
  const { sqlite } = await keyspace.openActor('a');
  expect(await sqlite.get("SELECT datetime('now') AS now")).toEqual({ now: '2001-02-03 04:05:06' });
  await keyspace.close();
});

test('memory that grows in the middle of a call is found again', async () => {
  const { actor } = await openDatabase();
  await actor.sqlite.exec('CREATE TABLE t (a, b)');
  const large = new Uint8Array(30 * 1024 * 1024).fill(7);
  await actor.sqlite.run('INSERT INTO t VALUES (?, ?)', large, 'x'.repeat(10_000_000));
  const row = await actor.sqlite.get<{ a: Uint8Array; b: string }>('SELECT a, b FROM t');
  expect(Buffer.compare(row?.a ?? Buffer.alloc(0), large)).toBe(0);
  expect(row?.b).toHaveLength(10_000_000);
  expect(await count(actor)).toBe(1);
  expect(await integrity(actor)).toBe('ok');
});
