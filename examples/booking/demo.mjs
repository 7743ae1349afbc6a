// A workflow of @rivetkit/workflow-engine that outlives its process. Run: npm run demo:booking
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const worker = fileURLToPath(new URL('worker.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'actor-keyspace-booking-'));

/** @param {string} role */
function run(role) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [worker, role, join(folder, 'store')], { stdio: 'inherit' });
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(signal ?? code));
  });
}

try {
  console.log(`✗ killed (${await run('pay')})\n↻ another process goes on`);
  process.exitCode = (await run('wake')) === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
