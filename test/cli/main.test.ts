import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openKeyspace } from '../../src/index.js';
import { openLmdbStore } from '../../src/stores/lmdb/index.js';
import {
  damageFile,
  MAIN,
  newConnection,
  runCli,
  runCliIntoHead,
  runHere,
  STEERING,
  STEERING_CHARACTERS,
  temporaryFolder,
} from './support.js';

const DAMAGED = 'a value that will be damaged';

async function storeFolder(keys: number): Promise<string> {
  const path = join(await temporaryFolder(), 'store');
  const keyspace = await openKeyspace({ store: await openLmdbStore({ path }) });
  const actor = await keyspace.openActor('alice');
  await actor.connections.set(newConnection('c1'));
  await actor.kv.set('damaged', DAMAGED);
  const names = Array.from({ length: keys }, (_, i) => `key/${String(i).padStart(5, '0')}`);
  await actor.kv.setMany(names.map((name) => [name, name]));
  await keyspace.close();
  return path;
}

function jsonLines(stdout: string) {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('decode', () => {
  test('names a key given in several words', async () => {
    expect(await runCli(['decode', '0x08', '0101', '01', '00 01 00 00'])).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: [
        '08 01 01 01 00 01 00 00',
        '  Chunk 65536 of the rollback journal.',
        '  namespace       08 sqlite',
        '  layout version  01',
        '  layout          1',
        '  family          sqlite.chunk',
        '  fileTag         1',
        '  chunkIndex      65536',
        '',
      ].join('\n'),
    });
  });

  test('writes JSON', async () => {
    const { stdout, exitCode } = await runCli([
      'decode',
      '--json',
      '--partition',
      '02616100',
      '0501020000000000000102',
    ]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      hex: '026161000501020000000000000102',
      partition: { root: '', actorId: 'aa' },
      namespace: { byte: 5, name: 'queue' },
      layoutVersion: 1,
      layout: 1,
      family: 'queue.message',
      status: 'current',
      fields: { id: '258' },
      sentence: 'Queue message 258.',
    });
  });

  test('reads keys from its input, and goes on after one that is none', async () => {
    const { stdout, stderr, exitCode } = await runCli(['decode', '--json', '-'], '01\n\n0900\r\nz\n03');
    expect(jsonLines(stdout)).toMatchObject([
      { hex: '01', family: 'state' },
      { hex: '0900', malformed: { byteOffset: 2 } },
      { malformed: { reason: 'not hex: "z" is not a hex digit, character 1' } },
      { hex: '03', family: 'inspectorToken' },
    ]);
    expect(stderr).toMatch(
      /^line 3: key\.malformed: byte 2: .*\n {2}09 00\n {8}\^\^\nline 4: not hex: .*\n {2}z\n {2}\^\n$/,
    );
    expect(exitCode).toBe(2);
  });

  test('writes JSON of a malformed key too, with its partition or without', async () => {
    const key = await runHere(['decode', '--json', '080101', '09']);
    expect(key.exitCode).toBe(2);
    expect(jsonLines(key.stdout)).toEqual([
      { hex: '08010109', malformed: { byteOffset: 3, reason: 'byte 9 is not from 0 to 3' } },
    ]);
    expect(key.stderr).toMatch(/^key\.malformed: byte 3: /);
    const stored = await runHere(['decode', '--json', '--partition', '-'], '02616100 08010109\n0261\n');
    expect(jsonLines(stored.stdout)).toMatchObject([
      { hex: '0261610008010109', malformed: { byteOffset: 7 } },
      { hex: '0261', malformed: { byteOffset: 2 } },
    ]);
  });

  test('echoes nothing that steers a terminal, as text or as JSON', async () => {
    const input = STEERING_CHARACTERS.flatMap((character) => {
      const hex = Buffer.from(`a${character}b`).toString('hex');
      return [`04${hex}`, `02${hex}00`, `01 ${character}`];
    });
    for (const flags of [[], ['--json'], ['--partition'], ['--partition', '--json']]) {
      const { stdout, stderr } = await runHere(['decode', ...flags, '-'], input.join('\n'));
      for (const line of `${stdout}${stderr}`.split('\n')) expect(line).not.toMatch(STEERING);
    }
    const typed = await runHere(['decode', '--\u009b31m', '01']);
    expect(typed.stderr).toBe("error: unknown option '--\\u009b31m'\n");
    const missing = await runHere(['tree', join(await temporaryFolder(), 'a\u009b31mb')]);
    expect(missing.stderr).toMatch(/^store\.not_recognised: .*a\\u009b31mb\)\n$/);
  });

  test.each([
    [['decode', '080101', '09'], /^key\.malformed: byte 3: .*\n {2}08 01 01 09\n {11}\^\^\n$/],
    [['decode', '08 0z'], /^not hex: "z" is not a hex digit, character 5\n {2}08 0z\n {6}\^\n$/],
    [['decode'], /^error: missing required argument 'hex'\n$/],
    [['decode', '--colour', '01'], /^error: unknown option '--colour'\n$/],
    [['delete'], /^error: unknown command 'delete'\n$/],
    [['tree'], /^error: missing required argument 'store'\n$/],
    [['tree', '.', '--limit', 'few'], /^error: .*few.* Not a whole number\.\n$/],
    [['tree', '.', '--root', 'a root of more than twenty bytes'], /^error: .*limit is 22\n$/],
  ])('%j is bad input', async (args, stderr) => {
    const ended = await runHere(args);
    expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ended.stderr).toMatch(stderr);
  });
});

describe('tree', () => {
  test('shows a store as text', async () => {
    const path = await storeFolder(12);
    expect(await runCli(['tree', path, '--limit', '1'])).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: [
        'actor "alice"',
        '  00 system, layout version 1',
        '    system.layout',
        '      00 01 02 6c 61 79 6f 75 74 00  The layout header: which layout the actor is in. 4 bytes: layout 1',
        '    system.usage',
        '      00 01 02 75 73 61 67 65 00  How many keys and bytes each namespace of the actor has. 210 bytes: 16 keys, 530 bytes',
        '  02 connections',
        '    connection',
        '      02 63 31  Connection "c1". 30 bytes: 1 subscription, 1 byte of parameters, 1 byte of state',
        '  04 kv',
        '    kv.entry',
        '      04 64 61 6d 61 67 65 64  User key "damaged". 28 bytes',
        '      … 12 more of kv.entry',
        '                  keys  key bytes  value bytes',
        '  00 system          2         19          214',
        '  02 connections     1          3           30',
        '  04 kv             13        128          136',
        '  all               16        150          380',
        '',
        '1 actor, 16 keys, 530 bytes',
        '',
      ].join('\n'),
    });
  });

  test('shows every key as JSON lines, and goes on behind damage', async () => {
    const path = await storeFolder(12);
    await damageFile(path, DAMAGED);
    const { stdout, stderr, exitCode } = await runCli(['tree', path, 'alice', '--all', '--values', '--json']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const events = jsonLines(stdout);
    const keys = events.filter(({ type }) => type === 'key');
    expect(keys).toHaveLength(16);
    expect(keys.filter(({ corrupt }) => corrupt)).toMatchObject([
      { sentence: 'User key "damaged".', corrupt: 'the checksum does not match' },
    ]);
    expect(keys.at(-1)).toMatchObject({
      family: 'kv.entry',
      valueHex: Buffer.from('key/00011').toString('hex'),
    });
    expect(events.at(-1)).toMatchObject({
      type: 'end',
      actors: 1,
      keys: 16,
      corruptValues: 1,
      malformedKeys: 0,
    });
  });

  test('claims nothing: the owner goes on writing', async () => {
    const path = join(await temporaryFolder(), 'store');
    const keyspace = await openKeyspace({ store: await openLmdbStore({ path }) });
    const actor = await keyspace.openActor('alice');
    await actor.kv.set('a', 'b');
    expect(await runCli(['tree', path])).toMatchObject({ exitCode: 0, stderr: '' });
    await actor.kv.set('a', 'c');
    await keyspace.close();
  });

  test('prints nothing that steers a terminal, as text or as JSON', async () => {
    const path = join(await temporaryFolder(), 'store');
    const store = await openLmdbStore({ path });
    const hostile = STEERING_CHARACTERS.filter((character) => character !== '\0').join('x');
    const keyspace = await openKeyspace({ store, sharedStore: true });
    const actor = await keyspace.openActor(hostile);
    await actor.state.set({ initialized: true, state: { [hostile]: hostile }, scheduledEvents: [] });
    for (const character of STEERING_CHARACTERS) {
      await actor.connections.set(newConnection(`a${character}b`));
      await actor.kv.set(`a${character}b`, `a${character}b`);
    }
    await keyspace.close();
    for (const root of [hostile.slice(0, 5), '\u202e', '\u061c']) {
      const other = await openKeyspace({ store, sharedStore: true, root });
      await (await other.openActor('a')).kv.set('a', 'b');
      await other.close();
    }
    await store.close();
    for (const flags of [[], ['--json']]) {
      const { stdout, exitCode } = await runHere(['tree', path, '--all', '--values', ...flags]);
      expect(exitCode).toBe(0);
      for (const line of stdout.split('\n')) expect(line).not.toMatch(STEERING);
      if (flags.length > 0) {
        const [partition, ...events] = jsonLines(stdout);
        expect(partition).toEqual({ type: 'partition', actor: hostile });
        expect(events.at(-1).otherRoots).toContain('\u202e');
      } else {
        expect(stdout).toContain('\\u202e');
      }
    }
  });

  test('stops quietly when nobody reads on', async () => {
    const path = await storeFolder(5_000);
    for (const flags of [['--json'], []]) {
      expect(await runCliIntoHead(['tree', path, '--all', ...flags])).toEqual({ exitCode: 0, stderr: '' });
    }
  });

  test('fails in one line where there is no store, or no such actor', async () => {
    const folder = await temporaryFolder();
    const missing = await runHere(['tree', join(folder, 'missing')]);
    expect(missing).toMatchObject({ exitCode: 1, stdout: '' });
    expect(missing.stderr).toMatch(/^store\.not_recognised: .*missing\)\n$/);
    const path = await storeFolder(1);
    for (const flags of [[], ['--json']]) {
      expect(await runHere(['tree', path, 'bob', ...flags])).toEqual({
        exitCode: 1,
        stdout: '',
        stderr: 'there is no actor "bob" in this store\n',
      });
    }
    const invalid = await runHere(['tree', path, '']);
    expect(invalid).toMatchObject({ exitCode: 2, stderr: 'actor.id_invalid: actor id is empty\n' });
  });
});

describe('the program', () => {
  test('tells its version', async () => {
    const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(await runCli(['--version'])).toEqual({ exitCode: 0, stderr: '', stdout: `${version}\n` });
  });

  test.each([
    [['--help']],
    ...['decode', 'tree', 'actors', 'get', 'stats', 'compact'].map((name) => [[name, '--help']]),
  ])('explains %j', async (args) => {
    const { exitCode, stdout, stderr } = await runHere(args);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain(args.length === 1 ? 'Exit codes' : 'Examples:');
  });
});

test.runIf(existsSync('/dev/full'))('output that is lost is a failure', async () => {
  for (const args of [['decode', '01'], ['--help'], ['decode', '--json', '01']]) {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const exitCode = await new Promise((resolve) => child.on('close', resolve));
    expect([exitCode, stderr]).toEqual([1, 'ENOSPC: no space left on device, write\n']);
  }
});

test('a root that nothing is under is bad input where it would look like an empty keyspace', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'store');
  const store = await openLmdbStore({ path });
  const keyspace = await openKeyspace({ store, root: 'eu' });
  await (await keyspace.openActor('a')).kv.set('k', 'v');
  await keyspace.close();
  for (const command of [['actors'], ['stats'], ['export']]) {
    const ended = await runHere([...command, path, '--root', 'ue']);
    expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ended.stderr).toBe('the store has nothing under root "ue"; it has under root "eu" (see --root)\n');
    expect((await runHere([...command, path])).exitCode).toBe(2);
    expect((await runHere([...command, path, '--root', 'eu'])).exitCode).toBe(0);
  }
});
