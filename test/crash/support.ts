import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { Child } from '../stores/lmdb/support.js';

/** The path of a store that is removed when the test ends. */
export async function storePath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'actor-crash-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'store');
}

/** Runs a script of this folder, with the built package, and ends it with the test. */
export function startChild(script: string, ...args: readonly string[]): Child {
  const child = new Child(fileURLToPath(new URL(`children/${script}`, import.meta.url)), args);
  onTestFinished(() => child.kill('SIGKILL'));
  return child;
}
