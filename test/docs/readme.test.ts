import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { RECORDS_BYTES_MAX } from '../../src/actor/books.js';
import { decodedLines, decodeInput } from '../../src/cli/decode.js';
import { parseHex } from '../../src/cli/hex.js';
import {
  ACTOR_ID_BYTES_MAX,
  KEY_BYTES_MAX,
  openKeyspace,
  ROOT_BYTES_MAX,
  STORED_VALUE_BYTES_MAX,
  VALUE_BYTES_MAX,
} from '../../src/index.js';
import { kvEntry, NAMESPACES } from '../../src/layout/index.js';
import { openLmdbStore } from '../../src/stores/lmdb/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import { runHere } from '../cli/support.js';
import { codeBlocks, PROJECT, readProjectFile, relativeLinks, runModule, tableRows } from './support.js';

const README = readProjectFile('README.md');
const EXAMPLES = codeBlocks(README, 'js');

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'actor-keyspace-readme-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** What an example says in comments that it prints. */
function promised(example: string): string[] {
  return [...example.matchAll(/\/\/ prints: (.*)$/gm)].map(([, line]) => line as string);
}

describe('the examples', () => {
  test('are all of them code that runs', () => {
    expect(EXAMPLES.length).toBeGreaterThan(3);
    expect(EXAMPLES.filter((example) => promised(example).length > 0).length).toBeGreaterThan(2);
  });

  test.each(EXAMPLES.map((example, index) => [index + 1, example] as const))(
    'number %i runs and prints what it says',
    async (_number, example) => {
      const folder = (await temporaryFolder()).replaceAll('\\', '/');
      const { exitCode, stdout, stderr } = await runModule(example.replaceAll("'./data", `'${folder}/data`));
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      const lines = promised(example);
      if (lines.length > 0) expect(stdout.trimEnd().split('\n')).toEqual(lines);
      if (example.includes('storeSuite(')) {
        expect(Number(/^# pass (\d+)$/m.exec(stdout)?.[1])).toBeGreaterThan(100);
      }
    },
  );

  test('of decode shows what it prints', () => {
    const decoded = decodedLines(decodeInput(parseHex('08 01 01 01 00010000'), false));
    expect(README).toContain('actor-keyspace decode 08 01 01 01 00010000');
    expect(codeBlocks(README, 'text')).toContain(`${decoded.join('\n')}\n`);
  });

  test('of the command line name every command', async () => {
    const { stdout } = await runHere(['--help']);
    const [, commands = ''] = /^Commands:\n([\s\S]*?)\n\n/m.exec(stdout) ?? [];
    const names = [...commands.matchAll(/^ {2}(\w+)/gm)]
      .map(([, name]) => name)
      .filter((name) => name !== 'help');
    const [, section = ''] = /^## Command line\n([\s\S]*?)^## /m.exec(README) ?? [];
    const shown = new Set([...section.matchAll(/^actor-keyspace (\w+) /gm)].map(([, name]) => name));
    expect([...shown].sort()).toEqual(names.sort());
  });

  test('of the scripts name those that exist', () => {
    const { scripts } = JSON.parse(readProjectFile('package.json')) as { scripts: Record<string, string> };
    const named = [...README.matchAll(/npm (?:run ([\w:-]+)|test\b)/g)].map(([, name = 'test']) => name);
    const known = ['bench', 'demo', 'demo:booking', 'demo:reminders', 'test', 'test:soak'];
    expect(new Set(named)).toEqual(new Set(known));
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
  });
});

describe('the tables', () => {
  test('name every namespace, and what works with it', async () => {
    const rows = tableRows(README, 'byte', 'namespace', 'holds', 'in use');
    expect(rows.map((row) => row.slice(0, 3))).toEqual(
      NAMESPACES.map(({ byte, name, summary }) => [byte.toString(16).padStart(2, '0'), name, summary]),
    );
    const keyspace = await openKeyspace({ store: new MemoryStore() });
    const actor = await keyspace.openActor('a');
    for (const [, name = '', , inUse] of rows) {
      if (inUse === 'layout 0 only') expect(name).toMatch(/^legacy/);
      else if (inUse === 'actor.usage()') expect(name).toBe('system');
      else expect(inUse).toBe(name in actor ? `actor.${name}` : 'keys only');
    }
    await keyspace.close();
  });

  test('give the limits of the source', async () => {
    expect(README).toContain(`records of the actor take up to ${RECORDS_BYTES_MAX} bytes`);
    const lmdb = await openLmdbStore({ path: join(await temporaryFolder(), 'store') });
    const memory = new MemoryStore();
    const limits = {
      'actor id, encoded (UTF-8 and 2 more)': ACTOR_ID_BYTES_MAX,
      'root of a keyspace, encoded (UTF-8 and 2 more)': ROOT_BYTES_MAX,
      'key inside the actor': KEY_BYTES_MAX,
      'user key': KEY_BYTES_MAX - kvEntry.keyBytes({ userKey: new Uint8Array(0) }),
      value: VALUE_BYTES_MAX,
      'value as a store sees it, with its envelope': STORED_VALUE_BYTES_MAX,
      'one commit on LMDB': lmdb.limits.commitBytesMax,
      'one commit in memory (default)': memory.limits.commitBytesMax,
    };
    await lmdb.close();
    await memory.close();
    expect(tableRows(README, 'what', 'limit in bytes')).toEqual(
      Object.entries(limits).map(([what, limit]) => [what, limit.toLocaleString('en-US')]),
    );
  });

  test('name every field of the statistics of LMDB', async () => {
    const store = await openLmdbStore({ path: join(await temporaryFolder(), 'store') });
    const { readers, ...stats } = store.stats();
    await store.close();
    const named = tableRows(README, 'field', 'meaning').flatMap(([names = '']) => names.split(', '));
    const fields = [...Object.keys(stats), ...Object.keys(readers).map((name) => `readers.${name}`)];
    expect(named.sort()).toEqual(fields.sort());
  });

  test('list every error code once', () => {
    const [, details = ''] =
      /interface ErrorDetails \{([\s\S]*?)\n\}/.exec(readProjectFile('src/errors.ts')) ?? [];
    const codes = [...details.matchAll(/^ {2}'([a-z_.]+)':/gm)].map(([, code]) => code as string);
    expect(codes.length).toBeGreaterThan(20);
    const listed = tableRows(README, 'code', 'meaning').flatMap(([names = '']) => names.split(', '));
    expect([...listed].sort()).toEqual([...codes].sort());
  });
});

test('layout.json can be imported by the name given', () => {
  expect(README).toContain('`actor-keyspace/layout.json`');
  const layout: unknown = createRequire(import.meta.url)('actor-keyspace/layout.json');
  expect(layout).toEqual(JSON.parse(readProjectFile('layout.json')));
});

test('every relative link leads to a file', () => {
  const links = relativeLinks(README);
  expect(links).toContain('KV_STRUCTURE.md');
  expect(links.filter((link) => !existsSync(new URL(link, PROJECT)))).toEqual([]);
});
