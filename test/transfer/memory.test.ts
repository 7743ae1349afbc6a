import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const SCRIPT = fileURLToPath(new URL('children/memory.mjs', import.meta.url));
const MIB = 1_048_576;

test.each([
  ['large entries', 1_000, 131_072],
  ['small entries', 60_000, 10],
])('memory does not grow with the export: %s', async (_name, entries, valueBytes) => {
  const args = ['--max-old-space-size=48', SCRIPT, `${entries}`, `${valueBytes}`];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { bytes, grownBytes } = JSON.parse(stdout);
  expect(bytes).toBe(entries * (valueBytes + 10));
  expect(grownBytes).toBeLessThan(100 * MIB);
});
