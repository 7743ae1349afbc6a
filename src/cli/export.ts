import { type Command, InvalidArgumentError } from 'commander';
import { type ExportProgress, exportKeyspace } from '../index.js';
import { openLmdbStore } from '../stores/lmdb/index.js';
import { type Context, checkPath, checkRoot } from './context.js';
import { isStream } from './input-file.js';
import { interruptible } from './interrupt.js';
import { OutputClosed } from './output.js';
import { OutputFile } from './output-file.js';
import { Report } from './report.js';
import { assertRootInUse } from './root.js';

interface ExportFlags {
  readonly root: string;
  readonly actor: readonly string[];
  readonly force?: boolean;
  readonly json?: boolean;
}

export function addExport(program: Command, context: Context): void {
  program
    .command('export')
    .description('write the actors of an LMDB store to a file, as one moment has them')
    .argument('<store>', "the store's folder", checkPath)
    .argument('[file]', 'where to; "-", the default, is the standard output', checkPath, '-')
    .option('--root <name>', 'root of the keyspace, if it has one', checkRoot, '')
    .option('--actor <id>', 'only this actor; may be given several times', collectId, [])
    .option('--force', 'replace the file if there is one')
    .option('--json', 'progress and the summary as one JSON object per line')
    .addHelpText(
      'after',
      `
No actor is claimed, so a program may go on writing. The file appears once it is whole. EXPORT.md describes it.
With "-" the summary goes to the standard error.

Examples:
  $ actor-keyspace export ./data actors.jsonl
  $ actor-keyspace export ./data --actor orders --actor stock | gzip > two.jsonl.gz
  $ actor-keyspace export ./data actors.jsonl --force --json`,
    )
    .action((path: string, file: string, flags: ExportFlags) => exportTo(path, file, flags, context));
}

function collectId(id: string, before: readonly string[]): string[] {
  if (id === '') throw new InvalidArgumentError('Not an actor id.');
  return [...before, id];
}

async function exportTo(path: string, file: string, flags: ExportFlags, context: Context): Promise<void> {
  const { root, actor, force = false, json = false } = flags;
  const report = new Report(context, { json, isOutputTaken: isStream(file) });
  const target = isStream(file) ? undefined : await OutputFile.create(file, force);
  let incompleteActors = 0;
  try {
    await interruptible(async (signal) => {
      // However long it takes: the store's file grows by what is written meanwhile.
      const store = await openLmdbStore({ path, readOnly: true, snapshotMsMax: Number.POSITIVE_INFINITY });
      const onProgress = (progress: ExportProgress): void => {
        const { incompleteActors: leftOut, ...counts } = progress;
        incompleteActors = leftOut;
        report.progress('exported', counts);
      };
      const actorIds = actor.length === 0 ? undefined : actor;
      try {
        await assertRootInUse(store, root);
        for await (const line of exportKeyspace({ store, root, actorIds, signal, onProgress })) {
          await (target === undefined ? context.output.line(line.slice(0, -1)) : target.write(line));
        }
      } finally {
        await store.close();
      }
    });
    await target?.publish();
  } catch (error) {
    // What was cut short must not look done.
    throw error instanceof OutputClosed
      ? new Error('the export was not read to its end', { cause: error })
      : error;
  } finally {
    report.endProgress();
    await target?.discard();
  }
  const note = `left out, since their import has not ended: ${incompleteActors} of the actors`;
  await report.summary('exported', { incompleteActors }, incompleteActors === 0 ? [] : [note]);
}
