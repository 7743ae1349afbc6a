import { readdir } from 'node:fs/promises';
import type { Command } from 'commander';
import { openLmdbStore } from '../stores/lmdb/index.js';
import { type Context, checkPath } from './context.js';
import { InputError } from './failure.js';
import { interruptible } from './interrupt.js';
import { jsonLine, printable } from './output.js';
import { Progress } from './progress.js';
import { plural } from './words.js';

export function addCompact(program: Command, context: Context): void {
  program
    .command('compact')
    .description('make a compact, complete copy of an LMDB store, which may be in use')
    .argument('<store>', "the store's folder", checkPath)
    .argument('<target>', "the copy's folder: not there, or empty", checkPath)
    .option('--json', 'one JSON object: the sizes')
    .addHelpText(
      'after',
      `
The copy is of one moment, and is a store like any other: a backup, or the store's smaller successor. To put it
in the store's place, stop every program that has the store open first:

  $ actor-keyspace compact ./data ./data-compact
  $ mv ./data ./data-old && mv ./data-compact ./data

Examples:
  $ actor-keyspace compact ./data ./backups/monday`,
    )
    .action((path: string, target: string, { json = false }: { json?: boolean }) =>
      compact(path, target, json, context),
    );
}

async function compact(
  path: string,
  target: string,
  json: boolean,
  { output, stderr }: Context,
): Promise<void> {
  await assertVacant(target);
  const progress = new Progress(stderr, 'bytes');
  const store = await openLmdbStore({ path, readOnly: true });
  let targetBytes = 0;
  try {
    const { fileBytes: sourceBytes } = store.stats();
    const onProgress = ({ writtenBytes, totalBytes }: { writtenBytes: number; totalBytes: number }) => {
      targetBytes = writtenBytes;
      progress.show(writtenBytes, totalBytes);
    };
    await interruptible(
      (signal) => store.backup(target, { signal, onProgress }),
      'interrupted: nothing is left of the copy',
    );
    progress.end();
    const words = `copied ${plural(sourceBytes, 'byte')} as ${plural(targetBytes, 'byte')} to ${printable(target)}`;
    await output.line(json ? jsonLine({ type: 'end', target, sourceBytes, targetBytes }) : words);
  } finally {
    progress.end();
    await store.close();
  }
}

/** @throws {InputError} If the copy could not be put there. */
async function assertVacant(target: string): Promise<void> {
  const names = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new InputError(`${target} is not a folder`, [], { cause: error });
  });
  if (names.length > 0) throw new InputError(`the folder ${target} is there and not empty`);
}
