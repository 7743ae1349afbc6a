import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { run } from '../../src/cli/program.js';
import { openKeyspace } from '../../src/index.js';
import { kvEntry } from '../../src/layout/index.js';
import { HOSTILE, makeStore, setKv, setRaw } from './store-support.js';
import { hexBytes, runCli, runHere, STEERING } from './support.js';

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text));

async function storeFolder(): Promise<string> {
  return makeStore(async (store) => {
    const keyspace = await openKeyspace({ store, sharedStore: true });
    const actor = await keyspace.openActor('alice');
    const state = { when: new Date(0), big: 2n ** 70n, map: new Map([[1, new Set(['x'])]]), no: undefined };
    await actor.state.set({ initialized: true, state, scheduledEvents: [] });
    await actor.kv.set('text', 'a teapot\nand a cup');
    await actor.kv.set('word', 'teapot');
    await actor.kv.set('bytes', Uint8Array.of(0, 255, 10, 27));
    await keyspace.close();
    await setKv(store, { alice: { word: 'of the EU' } }, 'eu');
    await setRaw(store, 'alice', hexBytes('c0ffee'), hexBytes('cafe'));
    await setRaw(store, 'alice', hexBytes('050101'), hexBytes('0400'));
  });
}

async function got(path: string, ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runHere(['get', path, 'alice', ...args]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout;
}

describe('get', () => {
  test('shows a value decoded', async () => {
    const path = await storeFolder();
    expect((await got(path, '01')).split('\n')).toEqual([
      '01',
      "  The actor's persisted state.",
      expect.stringMatching(/^ {2}\d+ bytes: initialized, 0 scheduled events, \d+ bytes of state$/),
      '  {',
      '    initialized: true,',
      '    state: {',
      '      when: 1970-01-01T00:00:00.000Z,',
      '      big: 1180591620717411303424n,',
      "      map: Map(1) { 1 => Set(1) { 'x' } },",
      '      no: undefined',
      '    },',
      '    scheduledEvents: []',
      '  }',
      '',
    ]);
    expect(await got(path, '--kv', 'word')).toBe(
      '04 77 6f 72 64\n  User key "word".\n  6 bytes\n  "teapot"\n',
    );
    expect(await got(path, '04', '62797465', '73')).toContain('\n  4 bytes\n  00 ff 0a 1b\n');
    expect(await got(path, '--kv', 'word', '--root', 'eu')).toContain('of the EU');
  });

  test('shows it as JSON, as text, in hex, and as it is', async () => {
    const path = await storeFolder();
    expect(JSON.parse(await got(path, '01', '--json'))).toMatchObject({
      keyHex: '01',
      key: { family: 'state', namespace: { name: 'state' } },
      kind: 'actor',
      value: {
        initialized: true,
        state: { when: '1970-01-01T00:00:00.000Z', big: `${2n ** 70n}`, map: [[1, ['x']]], no: 'undefined' },
      },
    });
    expect(JSON.parse(await got(path, '--kv', 'bytes', '--json'))).toMatchObject({
      value: '00ff0a1b',
      valueBytes: 4,
    });
    expect(await got(path, '--kv', 'text', '--text')).toBe('a teapot\nand a cup\n');
    expect(await got(path, '--kv', 'bytes', '--hex')).toBe('00ff0a1b\n');
    expect(await got(path, 'c0ffee', '--hex')).toBe('cafe\n');
    expect(await runCli(['get', path, 'alice', '--kv', 'text', '--raw'])).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: 'a teapot\nand a cup',
    });
  });

  test('says in one line what is wrong with a key or a value', async () => {
    const path = await storeFolder();
    const failures: [string[], RegExp][] = [
      [['--kv', 'nothing'], /^there is no key 04 6e 6f 74 68 69 6e 67 in actor "alice"\n$/],
      [['050101'], /^value\.malformed: queue\.metadata is malformed at byte 2: .*\n$/],
      [['c0ffee'], /^key\.malformed: /],
      [['--kv', 'bytes', '--text'], /^the value is not UTF-8: see it with --hex\n$/],
      [[`04${'00'.repeat(1_700)}`], /^key\.too_large: .*1700\n$/],
    ];
    for (const [args, stderr] of failures) {
      const ended = await runHere(['get', path, 'alice', ...args]);
      expect(ended).toMatchObject({ exitCode: 1, stdout: '' });
      expect(ended.stderr).toMatch(stderr);
    }
    expect(await runHere(['get', path, 'bob', '01'])).toMatchObject({
      exitCode: 1,
      stderr: 'there is no key 01 in actor "bob"\n',
    });
  });

  test.each([
    [[], /^give either a key in hex or --kv\n$/],
    [['01', '--kv', 'a'], /^give either a key in hex or --kv\n$/],
    [['0g'], /^not hex: "g" is not a hex digit/],
    [[''], /^a key has at least one byte\n$/],
    [['01', '--raw', '--json'], /cannot be used with/],
    [['01', '--text', '--hex'], /cannot be used with/],
  ])('%j is bad input', async (args, stderr) => {
    const ended = await runHere(['get', await makeStore(async () => {}), 'alice', ...args]);
    expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ended.stderr).toMatch(stderr);
  });

  test('does not return a damaged value', async () => {
    const path = await makeStore((store) => setKv(store, { alice: { k: 'a value to damage' } }));
    const file = join(path, 'data.mdb');
    const bytes = await readFile(file);
    for (let at = bytes.indexOf('a value to'); at !== -1; at = bytes.indexOf('a value to', at + 1))
      bytes[at]! ^= 1;
    await writeFile(file, bytes);
    for (const flag of ['--raw', '--hex', '--json']) {
      const ended = await runHere(['get', path, 'alice', '--kv', 'k', flag]);
      expect(ended).toMatchObject({ exitCode: 1, stdout: '' });
      expect(ended.stderr).toMatch(/^value\.corrupt: /);
    }
  });

  test('steers no terminal, and writes no bytes as they are to one', async () => {
    const path = await makeStore(async (store) => {
      await setKv(store, { alice: { [HOSTILE]: HOSTILE } });
      const keyspace = await openKeyspace({ store, sharedStore: true });
      const actor = await keyspace.openActor('alice');
      await actor.state.set({ initialized: true, state: { [HOSTILE]: HOSTILE }, scheduledEvents: [] });
      await keyspace.close();
      await setRaw(store, 'alice', kvEntry.encode({ userKey: bytesOf('k') }), bytesOf(HOSTILE));
    });
    for (const key of [['--kv', HOSTILE], ['--kv', 'k'], ['01'], ['--kv', `${HOSTILE}!`]]) {
      for (const flags of [[], ['--json'], ['--text'], ['--hex']]) {
        const { stdout, stderr } = await runHere(['get', path, 'alice', ...key, ...flags]);
        for (const line of `${stdout}${stderr}`.split('\n')) expect(line).not.toMatch(STEERING);
      }
    }
    const stdout = Object.assign(new PassThrough(), { isTTY: true });
    const stderr = new PassThrough();
    const surroundings = { stdin: Readable.from(['']), stdout, stderr, env: {} };
    expect(await run(['get', path, 'alice', '--kv', 'k', '--raw'], surroundings)).toBe(2);
    expect(stdout.read()).toBeNull();
    expect(String(stderr.read())).toMatch(/^--raw may steer the terminal/);
  });
});
