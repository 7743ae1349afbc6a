import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import { Report } from '../../src/cli/report.js';
import { openLmdbStore } from '../../src/stores/lmdb/index.js';
import { ManualClock } from '../stores/manual-clock.js';
import {
  dump,
  dumpOf,
  MARKER_KEY,
  marker,
  plantPairs,
  plantWorld,
  SMALL_WORLD,
  smallExport,
  USAGE_KEY,
  userKey,
} from '../transfer/support.js';
import { damageFile, runCli, runCliIntoHead, runHere, temporaryFolder } from './support.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const COUNTS = '2 actors, 5 entries, 53 bytes';

let folder: string;
let store: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  store = join(folder, 'store');
  const opened = await openLmdbStore({ path: store });
  await plantWorld(opened, SMALL_WORLD);
  await opened.close();
});

async function dumpAt(path: string): Promise<string[]> {
  const opened = await openLmdbStore({ path, readOnly: true });
  try {
    return await dump(opened);
  } finally {
    await opened.close();
  }
}

const jsonLines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('a store is exported and imported', () => {
  test('through a file', async () => {
    const [file, copy] = [join(folder, 'out.jsonl'), join(folder, 'copy')];
    expect(await runHere(['export', store, file])).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: `exported ${COUNTS}\n`,
    });
    expect(await runHere(['import', copy, file, '--check'])).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: `checked ${COUNTS}\n`,
    });
    expect(existsSync(copy)).toBe(false);
    expect(await runHere(['import', copy, file])).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: `imported ${COUNTS}\n`,
    });
    expect(await dumpAt(copy)).toEqual(dumpOf(SMALL_WORLD));
    for (const flags of [[], ['--check']]) {
      expect(await runHere(['import', copy, file, ...flags])).toEqual({
        exitCode: 1,
        stdout: '',
        stderr: `import.conflict: 2 of the export's actors exist already: "a", "bé\\"\\n"\n`,
      });
    }
    expect(await runHere(['import', copy, file, '--root', 'r', '--check'])).toMatchObject({ exitCode: 0 });
    expect((await runHere(['export', store, file])).stderr).toBe(
      'the file exists already: --force replaces it\n',
    );
  });

  test('through a pipe, as JSON', async () => {
    const exported = await runCli(['export', store, '--json']);
    expect(exported.exitCode).toBe(0);
    expect(jsonLines(exported.stderr).at(-1)).toEqual({
      type: 'exported',
      actors: 2,
      entries: 5,
      bytes: 53,
      incompleteActors: 0,
    });
    const imported = await runCli(['import', join(folder, 'copy'), '-', '--json'], exported.stdout);
    expect({ ...imported, stdout: '' }).toEqual({ exitCode: 0, stderr: '', stdout: '' });
    expect(jsonLines(imported.stdout)[0]).toMatchObject({ type: 'progress', done: 'checked' });
    expect(jsonLines(imported.stdout).at(-1)).toMatchObject({
      type: 'imported',
      actors: 2,
      entries: 5,
      bytes: 53,
      formatVersion: 1,
      sha256: JSON.parse(exported.stdout.trimEnd().split('\n').at(-1) as string).sha256,
    });
    expect(await dumpAt(join(folder, 'copy'))).toEqual(dumpOf(SMALL_WORLD));
  });

  test('without actors whose import has not ended, and says so', async () => {
    const opened = await openLmdbStore({ path: store });
    await plantPairs(opened, 'half', [[MARKER_KEY, marker('x')]]);
    await opened.close();
    const { stdout } = await runHere(['export', store, join(folder, 'out.jsonl')]);
    expect(stdout).toBe(`exported ${COUNTS}\nleft out, since their import has not ended: 1 of the actors\n`);
    const named = await runHere(['export', store, '--actor', 'half']);
    expect(named).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^actor\.incomplete: /) });
  });
});

describe('what is no export', () => {
  test('is bad input, and no store is made for it', async () => {
    const text = (await smallExport()).join('');
    const copy = join(folder, 'copy');
    for (const [bad, stderr] of [
      ['', 'export.malformed: line 1 of the export: the file ends before it\n'],
      ['hello\n', 'export.malformed: line 1 of the export: the file is no export\n'],
      [text.slice(0, -1), 'export.malformed: line 11 of the export: the file ends within the line\n'],
      [
        text.replace('"formatVersion":1', '"formatVersion":2'),
        'export.version_unsupported: the export has format version 2, this library reads up to 1\n',
      ],
    ] as const) {
      for (const flags of [[], ['--check']]) {
        expect(await runHere(['import', copy, '-', ...flags], bad)).toEqual({
          exitCode: 2,
          stdout: '',
          stderr,
        });
        expect(existsSync(copy)).toBe(false);
      }
    }
  });

  test('is told of another kind than a store that is none', async () => {
    await writeFile(join(folder, 'file'), 'x');
    await writeFile(join(folder, 'out.jsonl'), (await smallExport()).join(''));
    const ended = await runHere(['import', join(folder, 'file'), join(folder, 'out.jsonl')]);
    expect(ended).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^store\./) });
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('x');
    const missing = await runHere(['export', join(folder, 'missing'), join(folder, 'none.jsonl')]);
    expect(missing).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^store\.not_recognised: /) });
    expect(await readdir(folder)).not.toContain('none.jsonl');
  });
});

test('a value that is damaged ends the export, named with its actor and key', async () => {
  const opened = await openLmdbStore({ path: store });
  await plantPairs(opened, 'c', [[userKey('k'), Buffer.from('a value that will be damaged')]]);
  await opened.close();
  await damageFile(store, 'a value that will be damaged');
  const ended = await runHere(['export', store, join(folder, 'out.jsonl')]);
  expect(ended).toMatchObject({ exitCode: 1, stdout: '' });
  expect(ended.stderr).toMatch(/^export\.refused: actor "c" cannot be exported; value\.corrupt: /);
  expect(await readdir(folder)).toEqual(['store']);
  expect(await runHere(['export', store, join(folder, 'out.jsonl'), '--actor', 'a'])).toMatchObject({
    exitCode: 0,
  });
});

test('a usage record that is damaged is not missed', async () => {
  const opened = await openLmdbStore({ path: store });
  await plantPairs(opened, 'a', [[USAGE_KEY, Buffer.from('usage that will be damaged')]]);
  await opened.close();
  await damageFile(store, 'usage that will be damaged');
  expect(await runHere(['export', store, join(folder, 'out.jsonl')])).toMatchObject({
    exitCode: 0,
    stdout: `exported ${COUNTS}\n`,
  });
});

test('an export that nobody reads to its end fails', async () => {
  const opened = await openLmdbStore({ path: store });
  const large = Array.from({ length: 40 }, (_, i) => [userKey(`${i}`), new Uint8Array(100_000)] as const);
  await plantPairs(opened, 'c', large);
  await opened.close();
  expect(await runCliIntoHead(['export', store])).toEqual({
    exitCode: 1,
    stderr: 'the export was not read to its end\n',
  });
});

test('an interrupt ends an import in order', async () => {
  const copy = join(folder, 'copy');
  const child = spawn(process.execPath, [MAIN, 'import', copy, '-'], {
    stdio: 'pipe',
    env: { ...process.env, TMPDIR: folder },
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.write((await smallExport()).join(''));
  // The copy of what arrives has been begun: the command listens for interrupts.
  while (!(await readdir(folder)).some((name) => name.startsWith('actor-keyspace-import-')))
    await new Promise(setImmediate);
  child.kill('SIGINT');
  expect(await once(child, 'close')).toEqual([1, null]);
  expect(stderr).toBe('interrupted\n');
  expect(await readdir(folder)).toEqual(['store']);
});

test('progress is a line of a terminal, or an object each second', async () => {
  const counts = (entries: number) => ({ actors: 1, entries, bytes: 3 * entries });
  for (const json of [false, true]) {
    const clock = new ManualClock();
    const stdout = new PassThrough();
    const stderr = Object.assign(new PassThrough(), { isTTY: true });
    const report = new Report({ stdout, stderr }, { json, isOutputTaken: false }, clock);
    for (let entries = 0; entries <= 3_000; entries += 1_000) {
      report.progress('imported', counts(entries), counts(3_000));
      clock.advance(500);
    }
    report.endProgress();
    await report.summary('imported', { exportId: 'x' });
    const told = String(stdout.read());
    if (json) {
      expect(jsonLines(told)).toEqual([
        { type: 'progress', done: 'imported', ...counts(0), totals: counts(3_000) },
        { type: 'progress', done: 'imported', ...counts(2_000), totals: counts(3_000) },
        { type: 'imported', ...counts(3_000), exportId: 'x' },
      ]);
      expect(stderr.read()).toBe(null);
    } else {
      expect(told).toBe('imported 1 actor, 3,000 entries, 9,000 bytes\n');
      expect(String(stderr.read()).split('\r\u001b[K')).toEqual([
        '',
        ...[1_000, 2_000, 3_000].map((n) => `${n.toLocaleString('en-US')} of 3,000 entries, 2,000 a second`),
        '',
      ]);
    }
  }
});

test.each([['export'], ['import']])('%s explains itself', async (command) => {
  const { exitCode, stdout } = await runHere([command, '--help']);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('Examples:');
  expect(stdout).toContain('--json');
});

test.each([
  [['export']],
  [['import', 'store']],
  [['export', 'store', '--actor', '']],
  [['export', 'store', '--root', 'a root of more than twenty bytes']],
  [['import', 'store', 'file', '--force']],
])('%j is bad input', async (args) => {
  expect(await runHere(args)).toMatchObject({ exitCode: 2, stdout: '' });
});
