import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { Child } from '../stores/lmdb/support.js';

test('an open actor that is idle takes at most 10 KiB of heap', async () => {
  const child = new Child(fileURLToPath(new URL('children/idle-actors.mjs', import.meta.url)), []);
  onTestFinished(() => child.kill('SIGKILL'));
  const heapBytes = Number(await child.hear());
  expect(heapBytes).toBeGreaterThan(0);
  expect(heapBytes).toBeLessThanOrEqual(10_240);
  expect(await child.exit).toMatchObject({ code: 0, stderr: '' });
});
