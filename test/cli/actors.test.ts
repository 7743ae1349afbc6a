import { expect, test } from 'vitest';
import { actorState, systemUsage } from '../../src/layout/index.js';
import { HOSTILE, jsonLines, makeStore, setKv, setRaw, setUsage, setWake } from './store-support.js';
import { hexBytes, runHere, STEERING } from './support.js';

const IDS = ['_', 'a', 'ab', 'abc', 'b', 'ü', 'üb'];

async function listed(path: string, ...flags: string[]): Promise<string[]> {
  const { exitCode, stdout, stderr } = await runHere(['actors', path, ...flags]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout === '' ? [] : stdout.trimEnd().split('\n');
}

test('ids are listed in order, of one root', async () => {
  const path = await makeStore(async (store) => {
    await setKv(store, Object.fromEntries(IDS.toReversed().map((id) => [id, { k: 'v' }])));
    await setKv(store, { other: { k: 'v' } }, 'eu');
    // Neither is the id of an actor.
    const write = { type: 'set', key: hexBytes('01'), value: hexBytes('00') } as const;
    await store.commit({ writes: [{ ...write, partition: hexBytes('02ff00') }] });
  });
  expect(await listed(path)).toEqual(IDS);
  expect(await listed(path, '--root', 'eu')).toEqual(['other']);
  expect(await listed(path, '--prefix', 'ab')).toEqual(['ab', 'abc']);
  expect(await listed(path, '--prefix', 'ü')).toEqual(['ü', 'üb']);
  expect(await listed(path, '--prefix', 'c')).toEqual([]);
  expect(await listed(path, '--after', 'ab')).toEqual(['abc', 'b', 'ü', 'üb']);
  expect(await listed(path, '--after', 'aba', '--limit', '2')).toEqual(['abc', 'b']);
  expect(await listed(path, '--after', 'ab', '--prefix', 'a')).toEqual(['abc']);
  expect(await listed(path, '--after', 'Z', '--prefix', 'a')).toEqual(['a', 'ab', 'abc']);
  expect(await listed(path, '--after', 'b', '--prefix', 'a')).toEqual([]);
});

test('as JSON the end says whether there are more', async () => {
  const path = await makeStore((store) => setKv(store, { a: { k: 'v' }, b: { k: 'v' } }));
  const json = async (limit: string) =>
    jsonLines((await listed(path, '--json', '--limit', limit)).join('\n'));
  expect(await json('1')).toEqual([
    { type: 'actor', actor: 'a' },
    { type: 'end', actors: 1, hasMore: true },
  ]);
  expect((await json('2')).at(-1)).toEqual({ type: 'end', actors: 2, hasMore: false });
});

test('the long form has what the usage record says, or a count, and when something is due', async () => {
  const path = await makeStore(async (store) => {
    await setRaw(store, 'counted', hexBytes('0461'), hexBytes('76616c7565'));
    await setKv(store, { damaged: { k: 'v' }, newer: { k: 'v' }, recorded: { k: 'v' } });
    await setUsage(store, 'recorded', {
      0: { keyCount: 2, bytes: 300 },
      4: { keyCount: 1_000, bytes: 2_000 },
    });
    await setWake(store, 'recorded', 1_771_900_000_000, 1_771_900_000_500);
    await setRaw(store, 'damaged', systemUsage.encode({}), hexBytes('0100'));
    await setRaw(store, 'newer', hexBytes('0001026c61796f757400'), hexBytes('01000200'));
  });
  expect(await listed(path, '--long')).toEqual([
    'counted: 1 key, 7 bytes (counted)',
    expect.stringMatching(
      /^damaged: 3 keys, 28 bytes \(counted\), .*! value\.malformed: system\.usage is malformed at byte 2: /,
    ),
    expect.stringMatching(/^newer: 3 keys, 236 bytes, ! layout\.unsupported: /),
    'recorded: 1,002 keys, 2,300 bytes, layout 1, due 2026-02-24T02:26:40.000Z',
  ]);
  const lines = jsonLines((await listed(path, '--long', '--json')).join('\n'));
  expect(lines.at(0)).toEqual({ type: 'actor', actor: 'counted', keys: 1, bytes: 7, counted: true });
  expect(lines.at(2)).toMatchObject({
    actor: 'newer',
    problems: [expect.stringMatching(/^layout\.unsupported/)],
  });
  expect(lines.at(3)).toMatchObject({ keys: 1_002, counted: false, dueAtMs: 1_771_900_000_000 });
});

test('nothing steers a terminal', async () => {
  const path = await makeStore(async (store) => {
    await setKv(store, { [HOSTILE]: { k: 'v' } });
    await setRaw(store, HOSTILE, actorState.encode({}), hexBytes('00'));
  });
  for (const flags of [[], ['--long'], ['--json'], ['--long', '--json']]) {
    const lines = await listed(path, ...flags);
    expect(lines[0]).toContain('\\u202e');
    for (const line of lines) expect(line).not.toMatch(STEERING);
    if (flags.includes('--json')) expect(jsonLines(lines.join('\n'))[0].actor).toBe(HOSTILE);
  }
});

test.each([
  [['--prefix', 'a\0'], /^no id begins so: /],
  [['--after', ''], /^actor\.id_invalid: /],
  [['--limit', '-1'], /Not a whole number\.\n$/],
  [['--root', 'a root of more than twenty bytes'], /limit is 22\n$/],
])('%j is bad input', async (flags, stderr) => {
  const path = await makeStore(async () => {});
  const ended = await runHere(['actors', path, ...flags]);
  expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
  expect(ended.stderr).toMatch(stderr);
});
