import { expect, test } from 'vitest';
import { DatabaseFiles } from '../../src/sqlite/vfs/database-files.js';
import { Vfs } from '../../src/sqlite/vfs/vfs.js';

const CANNOT_OPEN = 14;

function opened(name: string): DatabaseFiles {
  const files = new DatabaseFiles(name);
  files.enter({ get: () => undefined, accept: () => {}, nowMs: () => 0 });
  files.open();
  return files;
}

const NAMES = [
  '',
  '.',
  '..',
  '/',
  '../database-1',
  './database-1',
  '/database-1',
  'database-1/',
  'database-1 ',
  'DATABASE-1',
  'database-1\0',
  'database-1-journal-journal',
  'database-1-wal',
  'database-1-shm',
  'database-1-mj12345678',
  'database-1-wal-journal',
  'database-',
  'database-11',
  'database-2-journal',
  'database-3',
  '-journal',
  '-wal',
  'file:database-1',
  'file:database-1?mode=memory',
  ':memory:',
  'database-1?vfs=unix',
  'C:\\database-1',
  'dаtabase-1',
  'database-1\n',
  'database-1%00',
  '%2e%2e/database-1',
  'journal',
  'main',
  'main-journal',
  '__proto__',
  'constructor',
  'toString',
  'x'.repeat(1_000_000),
  'database-1'.repeat(100),
  '\ud800',
];

test('no name but those of the databases that were added opens anything', () => {
  const vfs = new Vfs();
  vfs.add(opened('database-1'));
  vfs.add(opened('database-2'));
  for (const name of NAMES) {
    expect(vfs.open(1, name), name.slice(0, 40)).toBe(CANNOT_OPEN);
    expect(vfs.exists(name)).toBe(false);
  }
  expect(vfs.open(1, 'database-1')).toBe(0);
  // There is no journal that a writer left behind.
  expect(vfs.open(2, 'database-1-journal')).toBe(CANNOT_OPEN);
});

test('a database that was removed, or a file that was never opened, is not there', () => {
  const vfs = new Vfs();
  const files = opened('database-1');
  vfs.add(files);
  vfs.remove(files);
  expect(vfs.open(1, 'database-1')).toBe(CANNOT_OPEN);
  expect(vfs.read(7, new Uint8Array(1), 0)).not.toBe(0);
  expect(vfs.write(7, new Uint8Array(1), 0)).not.toBe(0);
  expect(vfs.truncate(7, 0)).not.toBe(0);
  expect(vfs.fileBytes(7)).toBeUndefined();
});
