import { type Command, InvalidArgumentError } from 'commander';
import { BLOB_GRACE_MS_MIN } from '../index.js';
import { forEachActor } from './blob-actors.js';
import { type Context, checkPath, checkRoot, wholeNumber } from './context.js';
import { interruptible } from './interrupt.js';
import { jsonLine, printable } from './output.js';
import { Progress } from './progress.js';
import { plural } from './words.js';

interface GcFlags {
  readonly root: string;
  readonly dryRun?: boolean;
  readonly graceMs?: number;
  readonly allowNoRoots?: boolean;
  readonly json?: boolean;
}

function graceTime(text: string): number {
  const graceMs = wholeNumber(text);
  if (graceMs < BLOB_GRACE_MS_MIN) throw new InvalidArgumentError(`Less than ${BLOB_GRACE_MS_MIN}.`);
  return graceMs;
}

export function addGc(program: Command, context: Context): void {
  program
    .command('gc')
    .description('delete blobs that nothing has held for the grace time')
    .argument('<store>', "the store's folder", checkPath)
    .argument('[actorId]', 'only this actor')
    .option('--root <name>', 'root of the keyspace, if it has one', checkRoot, '')
    .option('--dry-run', 'only say what would be deleted; claim and write nothing')
    .option('--grace-ms <ms>', 'the grace time, from 3,660,000; a day unless given', graceTime)
    .option('--allow-no-roots', 'also where there are blobs and nothing holds any')
    .option('--json', 'one JSON object per line: blob, collected or refused; end is last')
    .addHelpText(
      'after',
      `
Each actor is claimed: a program that has it open loses it. Stop it first, or let it collect itself. An actor in which
anything cannot be read, or is not known, is refused: nothing of it is deleted, and that is a failure.

Examples:
  $ actor-keyspace gc ./data --dry-run
  $ actor-keyspace gc ./data basket-42 --json`,
    )
    .action((path: string, actorId: string | undefined, flags: GcFlags) =>
      interruptible((signal) => gc(path, actorId, flags, context, signal)),
    );
}

async function gc(
  path: string,
  actorId: string | undefined,
  { root, dryRun = false, graceMs, allowNoRoots, json = false }: GcFlags,
  { output, stderr, fail }: Context,
  signal: AbortSignal,
): Promise<void> {
  const progress = new Progress(stderr, 'blobs');
  let refused = 0;
  try {
    const actors = await forEachActor(path, { root, actorId, readOnly: dryRun }, async (actor) => {
      const name = printable(actor.id);
      const told: string[] = [];
      const result = await actor.blobs.collect({
        dryRun,
        graceMs,
        allowNoRoots,
        signal,
        onProgress: ({ scanned }) => progress.show(scanned),
        onBlob: (blob) => {
          if (blob.fate !== 'condemned') return;
          const line = `${name} ${blob.digest}: ${plural(blob.storedBytes, 'byte')}`;
          if (dryRun) told.push(json ? jsonLine({ type: 'blob', actor: actor.id, ...blob }) : line);
        },
      });
      progress.end();
      for (const line of told) await output.line(line);
      if (!result.ran) {
        refused++;
        const line = `! ${name}: ${result.reason}: ${printable(result.detail)}`;
        await output.line(json ? jsonLine({ type: 'refused', actor: actor.id, ...result }) : line);
        return;
      }
      const [count, bytes] = dryRun
        ? [result.condemned, result.condemnedBytes]
        : [result.deleted, result.deletedBytes];
      const verb = dryRun ? 'would be deleted' : 'deleted';
      const line = `${name}: ${plural(count, 'blob')} of ${plural(bytes, 'byte')} ${verb}, ${result.held} held, ${result.withinGrace} within grace`;
      await output.line(json ? jsonLine({ type: 'collected', actor: actor.id, ...result }) : line);
    });
    if (json) await output.line(jsonLine({ type: 'end', actors, refused }));
  } finally {
    progress.end();
  }
  if (refused > 0) await fail(new Error(`${plural(refused, 'actor')} refused`));
}
