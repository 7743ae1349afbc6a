import type { Command } from 'commander';
import { forEachActor } from './blob-actors.js';
import { type Context, checkPath, checkRoot } from './context.js';
import { interruptible } from './interrupt.js';
import { jsonLine, printable } from './output.js';
import { Progress } from './progress.js';
import { plural } from './words.js';

interface SweepFlags {
  readonly root: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function addSweep(program: Command, context: Context): void {
  program
    .command('sweep')
    .description('remove fields, references and uploads that ended')
    .argument('<store>', "the store's folder", checkPath)
    .argument('[actorId]', 'only this actor')
    .option('--root <name>', 'root of the keyspace, if it has one', checkRoot, '')
    .option('--dry-run', 'only count; claim and write nothing')
    .option('--json', 'one JSON object per line: swept; end is last')
    .addHelpText(
      'after',
      `
Each actor is claimed: a program that has it open loses it. Stop it first, or let it sweep itself.

Examples:
  $ actor-keyspace sweep ./data --dry-run
  $ actor-keyspace sweep ./data basket-42`,
    )
    .action((path: string, actorId: string | undefined, flags: SweepFlags) =>
      interruptible((signal) => sweep(path, actorId, flags, context, signal)),
    );
}

async function sweep(
  path: string,
  actorId: string | undefined,
  { root, dryRun = false, json = false }: SweepFlags,
  { output, stderr }: Context,
  signal: AbortSignal,
): Promise<void> {
  const progress = new Progress(stderr, 'ended');
  // A dry run counts all at once: nothing of it is removed, so that a next batch would be the same one.
  const limit = dryRun ? Number.MAX_SAFE_INTEGER : 1_000;
  let total = 0;
  try {
    const actors = await forEachActor(path, { root, actorId, readOnly: dryRun }, async (actor) => {
      const counts = { fields: 0, references: 0, uploads: 0 };
      for (let hasMore = true; hasMore; progress.show(total)) {
        signal.throwIfAborted();
        const fields = await actor.fields.sweep({ limit, dryRun });
        const blobs = await actor.blobs.sweep({ limit, dryRun });
        counts.fields += fields.expired;
        counts.references += blobs.expired;
        counts.uploads += blobs.uploads;
        total += fields.expired + blobs.expired + blobs.uploads;
        hasMore = !dryRun && (fields.hasMore || blobs.hasMore);
      }
      progress.end();
      const { fields, references, uploads } = counts;
      const line = `${printable(actor.id)}: ${plural(fields, 'field')}, ${plural(references, 'reference')}, ${plural(uploads, 'upload')}`;
      await output.line(json ? jsonLine({ type: 'swept', actor: actor.id, dryRun, ...counts }) : line);
    });
    if (json) await output.line(jsonLine({ type: 'end', actors, total }));
  } finally {
    progress.end();
  }
}
