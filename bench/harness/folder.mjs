// @ts-check
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Makes a folder in `parent` that is removed when the process ends, also by a signal.
 *
 * @param {string} parent
 */
export function temporaryFolder(parent) {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'actor-keyspace-bench-'));
  // Engines have threads of their own, which may make a file meanwhile.
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.once('exit', remove);
  for (const signal of SIGNALS) {
    process.once(signal, () => {
      remove();
      // As without this handler, and without waiting for what engines do on leaving.
      process.kill(process.pid, signal);
    });
  }
  return folder;
}
