import type { Command } from 'commander';
import { type ExportSummary, importKeyspace, verifyExport } from '../index.js';
import { openLmdbStore } from '../stores/lmdb/index.js';
import { type Context, checkPath, checkRoot } from './context.js';
import { type InputFile, openInput } from './input-file.js';
import { interruptible } from './interrupt.js';
import { Report } from './report.js';
import { isVacant } from './vacant.js';

interface ImportFlags {
  readonly root: string;
  readonly check?: boolean;
  readonly json?: boolean;
}

export function addImport(program: Command, context: Context): void {
  program
    .command('import')
    .description('read the actors of an export into an LMDB store: all of them or none')
    .argument('<store>', "the store's folder; made if there is none", checkPath)
    .argument(
      '<file>',
      'the export; "-" is the standard input, which is copied to a private file first',
      checkPath,
    )
    .option('--root <name>', 'root of the keyspace to import into, if it has one', checkRoot, '')
    .option('--check', 'only check the export, and that none of its actors exists; write nothing')
    .option('--json', 'progress and the summary as one JSON object per line')
    .addHelpText(
      'after',
      `
The whole export is checked before anything is written: one that is cut, changed or not an export is bad input.
Actors that exist already are never touched. An import that was killed is repeated with the same command.

Examples:
  $ actor-keyspace import ./copy actors.jsonl
  $ actor-keyspace import ./copy actors.jsonl --check
  $ gzip -dc two.jsonl.gz | actor-keyspace import ./copy - --root staging --json`,
    )
    .action((path: string, file: string, flags: ImportFlags) => importFrom(path, file, flags, context));
}

async function importFrom(path: string, file: string, flags: ImportFlags, context: Context): Promise<void> {
  const { check = false, json = false } = flags;
  const report = new Report(context, { json, isOutputTaken: false });
  let summary: ExportSummary;
  try {
    summary = await interruptible(async (signal) => {
      const input = await openInput(file, context.stdin, signal);
      try {
        return await importInto(path, input, flags, report, signal);
      } finally {
        await input.close();
      }
    });
  } finally {
    report.endProgress();
  }
  await report.summary(check ? 'checked' : 'imported', summary);
}

async function importInto(
  path: string,
  input: InputFile,
  { root, check = false }: ImportFlags,
  report: Report,
  signal: AbortSignal,
): Promise<ExportSummary> {
  if (await isVacant(path)) {
    // A store is not made for what is no export.
    const source = input.read();
    const summary = await verifyExport({
      source,
      signal,
      onProgress: (counts) => report.progress('checked', counts),
    });
    if (check) return summary;
  }
  const store = await openLmdbStore({ path, readOnly: check });
  try {
    return await importKeyspace({
      store,
      root,
      open: () => input.read(),
      dryRun: check,
      signal,
      onProgress: ({ phase, totals, ...counts }) =>
        report.progress(phase === 'check' ? 'checked' : 'imported', counts, totals),
    });
  } finally {
    await store.close();
  }
}
