import { lstat, mkdir, readdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { kvEntry } from '../../src/layout/index.js';
import { openLmdbStore } from '../../src/stores/lmdb/index.js';
import { runHere, STEERING, temporaryFolder } from '../cli/support.js';
import { dump, dumpOf, type Pair, plantWorld, smallExport, type World } from '../transfer/support.js';

const HOSTILE = [
  '..',
  '.',
  '../x',
  '../../x',
  './x',
  'a/../../x',
  'missing/x',
  '/dev/null',
  '/etc/passwd',
  '/etc/passwd/x',
  '..\\x',
  'C:\\x',
  'C:x',
  '\\\\server\\share',
  'CON',
  'NUL.txt',
  'COM1',
  'x.',
  'x..',
  ' x ',
  '-x',
  '--force',
  '~',
  '$HOME',
  '`id`',
  '%2e%2e%2fx',
  'file:///x',
  'a\nb',
  'a\r',
  '\u001b[2J',
  '\u0001',
  '\u202ex',
  'e\u0301',
  'x'.repeat(254),
  'x'.repeat(256),
  '.actor-keyspace-export-',
];

const cwd = process.cwd();
afterAll(() => process.chdir(cwd));

let sandbox: string;
let store: string;

const IDS = HOSTILE.filter((name) => name.length <= 254);
const WORLD: World = new Map(
  IDS.map((id) => [
    id,
    {
      pairs: IDS.map((name): Pair => {
        const bytes = new Uint8Array(Buffer.from(name));
        return [kvEntry.encode({ userKey: bytes }), bytes];
      }).sort(([a], [b]) => Buffer.compare(a, b)),
    },
  ]),
);

beforeEach(async () => {
  sandbox = await temporaryFolder();
  store = join(sandbox, 'deep', 'store');
  const opened = await openLmdbStore({ path: store });
  await plantWorld(opened, WORLD);
  await opened.close();
  await mkdir(join(sandbox, 'deep', 'work'));
  process.chdir(join(sandbox, 'deep', 'work'));
});

/** Every file and folder in the sandbox, but for what a store keeps in its own. */
async function paths(): Promise<string[]> {
  const all = await readdir(sandbox, { recursive: true, withFileTypes: true });
  return all
    .map((entry) => relative(sandbox, join(entry.parentPath, entry.name)))
    .filter((path) => !path.startsWith(`${relative(sandbox, store)}/`))
    .sort();
}

test('hostile actor ids and keys are never names of files, and are imported as they were', async () => {
  expect(IDS.length).toBeGreaterThan(25);
  const before = await paths();
  expect(await runHere(['export', store, 'out.jsonl'])).toMatchObject({ exitCode: 0, stderr: '' });
  for (const line of (await readFile('out.jsonl', 'utf8')).split('\n')) {
    expect(line).toMatch(/^[ -~]*$/);
    expect(line).not.toMatch(STEERING);
  }
  expect(await runHere(['import', join(sandbox, 'copy'), 'out.jsonl'])).toMatchObject({
    exitCode: 0,
    stderr: '',
  });
  const made = (await paths()).filter((path) => !before.includes(path) && !path.startsWith('copy/'));
  expect(made).toEqual(['copy', 'deep/work/out.jsonl']);
  const copy = await openLmdbStore({ path: join(sandbox, 'copy'), readOnly: true });
  expect(await dump(copy)).toEqual(dumpOf(WORLD));
  await copy.close();
});

test('one hostile actor is exported by its id alone', async () => {
  for (const id of IDS) {
    const { exitCode, stdout, stderr } = await runHere(['export', store, `--actor=${id}`]);
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(stdout.split('\n')[1] as string)).toMatchObject({ type: 'actor', actorId: id });
  }
});

test('a hostile name of the output is that file or none', async () => {
  let [made, refused] = [0, 0];
  for (const name of [...HOSTILE, '', 'x\0', 'a\0/../../x']) {
    const before = await paths();
    const { exitCode, stderr } = await runHere(['export', store, '--', name]);
    const created = (await paths()).filter((path) => !before.includes(path));
    for (const line of stderr.split('\n')) expect(line).not.toMatch(STEERING);
    if (exitCode === 0) {
      made++;
      expect(created).toEqual([relative(sandbox, resolve(name))]);
      expect((await lstat(name)).mode & 0o777).toBe(0o600);
    } else {
      refused++;
      expect(exitCode).toBe(2);
      expect(stderr).not.toBe('');
      expect(created).toEqual([]);
    }
  }
  expect(Math.min(made, refused)).toBeGreaterThan(10);
});

test('a hostile name of the input creates nothing, not even the store', async () => {
  for (const name of [...HOSTILE, '', 'x\0']) {
    const before = await paths();
    const { exitCode, stderr } = await runHere(['import', join(sandbox, 'copy'), '--', name]);
    expect({ name, exitCode }).toEqual({ name, exitCode: 2 });
    for (const line of stderr.split('\n')) expect(line).not.toMatch(STEERING);
    expect(await paths()).toEqual(before);
  }
});

describe('what is at the place of the output', () => {
  beforeEach(async () => {
    await writeFile('target', 'precious');
    await symlink('target', 'link');
    await symlink('nowhere', 'dangling');
    await mkdir('folder');
    await symlink('folder', 'folder link');
  });

  test('is refused as it is, and so are devices and folders with --force', async () => {
    const before = await paths();
    const existing = ['target', 'link', 'dangling', 'folder', 'folder link'];
    for (const args of [...existing.map((name) => [name]), ['folder', '--force'], ['/dev/null', '--force']]) {
      expect(await runHere(['export', store, ...args])).toMatchObject({ exitCode: 2, stdout: '' });
    }
    expect(await paths()).toEqual(before);
    expect(await readFile('target', 'utf8')).toBe('precious');
    expect(await readlink('dangling')).toBe('nowhere');
  });

  test('is replaced with --force, and a symbolic link is not followed', async () => {
    const before = await paths();
    for (const name of ['link', 'dangling', 'folder link']) {
      expect(await runHere(['export', store, name, '--force'])).toMatchObject({ exitCode: 0, stderr: '' });
      expect((await lstat(name)).isFile()).toBe(true);
    }
    expect(await paths()).toEqual(before);
    expect(await readFile('target', 'utf8')).toBe('precious');
    expect(await readdir('folder')).toEqual([]);
    expect(await runHere(['export', store, 'target', '--force'])).toMatchObject({ exitCode: 0 });
    expect(await readFile('target', 'utf8')).toMatch(/^\{"type":"begin"/);
  });

  test('stays when the export fails, and nothing else is left', async () => {
    const before = await paths();
    for (const name of ['target', 'link', 'new']) {
      const ended = await runHere(['export', store, name, '--force', '--actor', 'nobody']);
      expect(ended).toMatchObject({ exitCode: 1, stderr: 'actor.not_found: there is no actor "nobody"\n' });
    }
    expect(await paths()).toEqual(before);
    expect(await readFile('target', 'utf8')).toBe('precious');
  });
});

test('the input may be a symbolic link, and is read, never written', async () => {
  const text = (await smallExport()).join('');
  await writeFile('target', text);
  await symlink('target', 'link');
  expect(await runHere(['import', join(sandbox, 'copy'), 'link'])).toMatchObject({ exitCode: 0 });
  expect(await readFile('target', 'utf8')).toBe(text);
});
