import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const DEMO = fileURLToPath(new URL('../../examples/booking/demo.mjs', import.meta.url));

test('a workflow goes on in another process, and no step is repeated', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [DEMO]);
  expect(stdout.trimEnd().split('\n')).toEqual([
    '  step: table 4 reserved',
    '  step: card charged',
    'sleeping, waiting for a confirmation',
    '✗ killed (SIGKILL)',
    '↻ another process goes on',
    'guest-1 is due',
    '  step: confirmed by Ada',
    'completed: table 4, Ada',
    'next due: nobody',
  ]);
});
