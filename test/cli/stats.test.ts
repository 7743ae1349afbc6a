import { expect, test } from 'vitest';
import { countSizes } from '../../src/cli/store-sizes.js';
import { encodeKeyspacePartition, keyspaceDue, systemUsage } from '../../src/layout/index.js';
import { openLmdbStore } from '../../src/stores/lmdb/index.js';
import { USAGE_RECORD_BYTES } from '../../src/values/index.js';
import { HOSTILE, jsonLines, makeStore, setKv, setRaw, setUsage } from './store-support.js';
import { collect, hexBytes, runHere, STEERING } from './support.js';

const LAYOUT_HEADER = { keyCount: 1, bytes: 14 };
const USAGE_BYTES = systemUsage.encode({}).length + USAGE_RECORD_BYTES;
const SYSTEM = { keyCount: 2, bytes: LAYOUT_HEADER.bytes + USAGE_BYTES };

async function stats(path: string, ...flags: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runHere(['stats', path, ...flags]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout;
}

async function storeFolder(): Promise<string> {
  return makeStore(async (store) => {
    await setKv(store, {
      small: { k: 'v' },
      large: { a: 'x'.repeat(10_000) },
      middle: { a: '', b: 'x'.repeat(100) },
    });
    await setKv(store, { other: { k: 'v' } }, 'eu');
    const partition = encodeKeyspacePartition();
    const key = keyspaceDue.encode({ wakeAtMs: 1, actorId: 'small' });
    await store.commit({ writes: [{ type: 'set', partition, key, value: new Uint8Array(0) }] });
  });
}

test('namespaces, the largest actors and the store are told', async () => {
  const lines = (await stats(await storeFolder(), '--top', '2')).split('\n');
  expect(lines.slice(0, 10)).toEqual([
    'store',
    expect.stringMatching(/^ {2}file {9}[\d,]+ bytes$/),
    expect.stringMatching(/^ {2}used {9}[\d,]+ bytes, in 0 branch, \d leaf and \d overflow pages$/),
    expect.stringMatching(/^ {2}reusable {5}[\d,]+ bytes$/),
    expect.stringMatching(/^ {2}disk free {4}[\d,]+ bytes$/),
    '  entries      14, tree of depth 1',
    expect.stringMatching(/^ {2}claims {7}4, tree of depth 1$/),
    expect.stringMatching(/^ {2}transaction {2}\d+$/),
    expect.stringMatching(/^ {2}readers {6}1 of 2,000 places, none by other processes$/),
    '  snapshots    none',
  ]);
  expect(lines.slice(10)).toEqual([
    '',
    'largest actors  keys  key bytes  value bytes',
    '"large"            3         21       10,214',
    '"middle"           4         23          314',
    '',
    'namespaces  keys  key bytes  value bytes',
    'keyspace       1         14            0',
    '00 system      6         57          642',
    '04 kv          4          8       10,101',
    '',
    '3 actors, 11 keys, 10,822 bytes',
    '',
  ]);
});

test('as JSON, in full or of one actor', async () => {
  const path = await storeFolder();
  const lines = jsonLines(await stats(path, '--json'));
  expect(lines.map(({ type }) => type).join()).toBe(
    'store,actor,actor,actor,namespace,namespace,namespace,end',
  );
  expect(lines[0]).toMatchObject({
    pageBytes: 4_096,
    data: { entryCount: 14 },
    readers: { readerCountMax: 2_000 },
  });
  expect(lines[0]).not.toHaveProperty('reserveBytes');
  expect(lines[1]).toEqual({ type: 'actor', actor: 'large', keys: 3, keyBytes: 21, valueBytes: 10_214 });
  expect(lines.at(-1)).toEqual({
    type: 'end',
    actors: 3,
    wrongUsages: 0,
    keys: 11,
    keyBytes: 79,
    valueBytes: 10_743,
  });
  expect(jsonLines(await stats(path, '--actor', 'middle', '--json')).slice(1)).toEqual([
    { type: 'actor', actor: 'middle', keys: 4, keyBytes: 23, valueBytes: 314 },
    { type: 'namespace', byte: 0, name: 'system', keys: 2, keyBytes: 19, valueBytes: 214 },
    { type: 'namespace', byte: 4, name: 'kv', keys: 2, keyBytes: 4, valueBytes: 100 },
    { type: 'end', actors: 1, wrongUsages: 0, keys: 4, keyBytes: 23, valueBytes: 314 },
  ]);
  expect(jsonLines(await stats(path, '--root', 'eu', '--json')).at(1)).toMatchObject({ actor: 'other' });
});

test('a usage record that differs from the count is named, and a right one is not', async () => {
  const path = await makeStore(async (store) => {
    await setKv(store, { damaged: { k: 'v' }, right: { k: 'v' }, wrong: { k: 'v' } });
    await setRaw(store, 'without', hexBytes('0461'), hexBytes('00'));
    await setUsage(store, 'wrong', {
      0: SYSTEM,
      4: { keyCount: 1, bytes: 4 },
      12: { keyCount: 1, bytes: 3 },
    });
    await setRaw(store, 'wrong', hexBytes('c0ff'), hexBytes('00'));
    await setRaw(store, 'wrong', hexBytes('050101'), hexBytes('00'));
    await setRaw(store, 'damaged', systemUsage.encode({}), hexBytes('0100'));
  });
  const lines = (await stats(path)).split('\n');
  expect(lines.slice(lines.indexOf('') + 1, lines.indexOf('') + 5)).toEqual([
    expect.stringMatching(
      /^! the usage record of actor "damaged" cannot be read: value\.malformed: system\.usage /,
    ),
    '! the usage record of actor "wrong" is wrong',
    '    kv: counted 1 key, 3 bytes, recorded 1 key, 4 bytes',
    '    queue: counted 1 key, 4 bytes, recorded 0 keys, 0 bytes',
  ]);
  expect(lines.at(-2)).toMatch(/, 2 wrong usage records$/);
  const usages = jsonLines(await stats(path, '--json')).filter(({ type }) => type === 'usage');
  expect(usages).toMatchObject([
    { actor: 'damaged', problem: expect.stringMatching(/^value\.malformed/) },
    {
      actor: 'wrong',
      differences: [
        { namespace: 'kv', keys: 1, bytes: 3, recordedKeys: 1, recordedBytes: 4 },
        { namespace: 'queue', keys: 1, bytes: 4, recordedKeys: 0, recordedBytes: 0 },
      ],
    },
  ]);
});

test('an actor of layout 0 is counted in the namespaces of that layout', async () => {
  const path = await makeStore((store) => setRaw(store, 'old', hexBytes('07150116012c'), hexBytes('6e')));
  expect(jsonLines(await stats(path, '--json'))).toContainEqual({
    type: 'namespace',
    byte: 7,
    name: 'workflow',
    keys: 1,
    keyBytes: 6,
    valueBytes: 1,
  });
});

test('the largest of many are told in order, and keys are counted as they are', async () => {
  const sizes = Array.from({ length: 240 }, (_, i) => (i * 77) % 241);
  const path = await makeStore(async (store) => {
    for (const size of sizes) await setRaw(store, `actor-${size}`, hexBytes('0461'), new Uint8Array(size));
  });
  const store = await openLmdbStore({ path, readOnly: true });
  const told: number[] = [];
  const options = { root: '', top: 3, onKeys: (keys: number) => told.push(keys) };
  const events = await collect(countSizes(store, options));
  await store.close();
  expect(events.filter(({ type }) => type === 'actor')).toMatchObject(
    [240, 239, 238].map((size) => ({ actor: `actor-${size}`, valueBytes: size })),
  );
  expect(told).toEqual(sizes.map((_, i) => i + 1));
});

test('an actor that is not there is a failure, and nothing steers a terminal', async () => {
  const path = await makeStore(async (store) => {
    await setKv(store, { [HOSTILE]: { k: 'v' } });
    await setUsage(store, HOSTILE, {});
  });
  for (const flags of [[], ['--json']]) {
    const ended = await runHere(['stats', path, '--actor', `${HOSTILE}!`, ...flags]);
    expect(ended.exitCode).toBe(1);
    expect(ended.stderr).toMatch(/^there is no actor ".*" in this store\n$/u);
    const told = await stats(path, ...flags);
    for (const line of `${told}${ended.stdout}${ended.stderr}`.split('\n'))
      expect(line).not.toMatch(STEERING);
  }
  expect(await runHere(['stats', path, '--actor', ''])).toMatchObject({ exitCode: 2 });
});
