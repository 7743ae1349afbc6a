import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { areaNames } from '../../bench/harness/areas.mjs';
import { readArguments } from '../../bench/harness/arguments.mjs';

const BENCH = fileURLToPath(new URL('../../bench', import.meta.url));

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'actor-keyspace-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function run(main: string, ...words: string[]) {
  const child = spawn(process.execPath, [main, ...words]);
  const exit = once(child, 'exit');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [exitCode] = await exit;
  return { exitCode, stdout, stderr };
}

describe('the arguments', () => {
  const known = ['get', 'keys', 'scan'];

  test('ask for everything if there are none', () => {
    expect(readArguments([], known)).toMatchObject({ areas: known, quick: false, rounds: 7, help: false });
    expect(readArguments(['--quick'], known)).toMatchObject({ quick: true, rounds: 5 });
  });

  test('choose', () => {
    const words = ['--area', 'scan,get', '--area=get', '--rounds', '9', '--json', 'a.json', '--folder', 'b'];
    expect(readArguments(words, known)).toEqual({
      areas: ['scan', 'get'],
      quick: false,
      rounds: 9,
      json: 'a.json',
      folder: 'b',
      help: false,
    });
  });

  test.each([
    [['--area', 'gett'], 'there is no area gett; there are get, keys, scan'],
    [['--rounds', '4'], 'rounds must be a whole number of 5 or more, not 4'],
    [['--rounds', '5.5'], 'not 5.5'],
    [['--rounds', 'many'], 'not many'],
    [['--fast'], '--fast'],
    [['get'], 'get'],
  ])('%j are refused', (words, message) => {
    expect(() => readArguments(words, known)).toThrow(message);
  });
});

describe('the program', () => {
  test('explains itself without what it measures', async () => {
    const { exitCode, stdout, stderr } = await run(join(BENCH, 'main.mjs'), '--help');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    for (const option of ['--area', '--quick', '--rounds', '--folder', '--json'])
      expect(stdout).toContain(option);
    expect(stdout).toContain(areaNames().join(', '));
  });

  test('refuses what it does not know', async () => {
    const { exitCode, stdout, stderr } = await run(join(BENCH, 'main.mjs'), '--area', 'none');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain('there is no area none');
  });

  test('says how to install what it needs', async () => {
    const folder = join(temporaryFolder(), 'bench');
    cpSync(BENCH, folder, { recursive: true, filter: (path) => basename(path) !== 'node_modules' });
    const { exitCode, stdout, stderr } = await run(join(folder, 'main.mjs'));
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain('actor-keyspace');
    expect(stderr).toContain('npm --prefix bench install');
  });
});

describe('the folder for data', () => {
  const start = (parent: string, then: string) => {
    const module = new URL('../../bench/harness/folder.mjs', import.meta.url).href;
    const code = `import { temporaryFolder } from ${JSON.stringify(module)};
      import { writeFileSync } from 'node:fs';
      const folder = temporaryFolder(${JSON.stringify(parent)});
      writeFileSync(folder + '/file', 'data');
      console.log(folder);
      ${then}`;
    return spawn(process.execPath, ['--input-type=module', '--eval', code]);
  };

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'is removed on %s, which still ends the process',
    async (signal) => {
      const parent = temporaryFolder();
      const child = start(parent, 'setInterval(() => undefined, 1_000);');
      const [line] = await once(child.stdout, 'data');
      expect(existsSync(join(`${line}`.trim(), 'file'))).toBe(true);
      const exit = once(child, 'exit');
      child.kill(signal);
      expect(await exit).toEqual([null, signal]);
      expect(readdirSync(parent)).toEqual([]);
    },
  );

  test.each(['', "throw new Error('failed');"])('is removed at the end: %s', async (then) => {
    const parent = temporaryFolder();
    const child = start(join(parent, 'new'), then);
    const [exitCode] = await once(child, 'exit');
    expect(exitCode).toBe(then === '' ? 0 : 1);
    expect(readdirSync(join(parent, 'new'))).toEqual([]);
  });
});
