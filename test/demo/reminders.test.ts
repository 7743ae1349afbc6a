import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const DEMO = fileURLToPath(new URL('../../examples/reminders/demo.mjs', import.meta.url));

test('reminders outlive the process that scheduled them, and each comes once, in order and in time', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [DEMO]);
  expect(stdout.trim().split('\n')).toEqual([
    'scheduled 5 reminders',
    '✗ killed (SIGKILL)',
    '↻ another process wakes whoever is due',
    ...[1, 2, 3, 4, 5].map((n) => `guest-${n} reminded: Table ${n}, in time`),
    '5 of 5 reminded, next due: nobody',
  ]);
});
