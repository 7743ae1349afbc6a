import type { Command } from 'commander';
import { forEachActor } from './blob-actors.js';
import { type Context, checkPath, checkRoot } from './context.js';
import { jsonLine, printable } from './output.js';
import { plural } from './words.js';

interface BlobsFlags {
  readonly root: string;
  readonly verify?: boolean;
  readonly json?: boolean;
}

export function addBlobs(program: Command, context: Context): void {
  program
    .command('blobs')
    .description('list the blobs of an actor, and what is wrong with them')
    .argument('<store>', "the store's folder", checkPath)
    .argument('[actorId]', 'only this actor')
    .option('--root <name>', 'root of the keyspace, if it has one', checkRoot, '')
    .option('--verify', 'read every blob and compare its digest')
    .option('--json', 'one JSON object per line: blob, problem, audit; end is last')
    .addHelpText(
      'after',
      `
The store is opened for reading and no actor is claimed. A problem that is found is a failure.

Examples:
  $ actor-keyspace blobs ./data basket-42
  $ actor-keyspace blobs ./data --verify --json | jq 'select(.type == "problem")'`,
    )
    .action((path: string, actorId: string | undefined, flags: BlobsFlags) =>
      blobs(path, actorId, flags, context),
    );
}

async function blobs(
  path: string,
  actorId: string | undefined,
  { root, verify = false, json = false }: BlobsFlags,
  { output, fail }: Context,
): Promise<void> {
  let found = 0;
  const actors = await forEachActor(path, { root, actorId, readOnly: true }, async (actor) => {
    const name = printable(actor.id);
    for await (const blob of actor.blobs.list()) {
      const stat = await actor.blobs.stat(blob.digest);
      const held = stat?.references.map(({ holder }) => printable(holder)).join(', ') || 'nothing';
      const line = `${name} ${blob.digest}: ${plural(blob.byteCount, 'byte')}, held by ${held}`;
      await output.line(json ? jsonLine({ type: 'blob', actor: actor.id, ...stat }) : line);
    }
    const { problems, refusal, ...sums } = await actor.blobs.audit({ verify });
    for (const problem of problems) {
      found++;
      const line = `! ${name} ${problem.digest}: ${problem.problem}`;
      await output.line(json ? jsonLine({ type: 'problem', actor: actor.id, ...problem }) : line);
    }
    if (refusal !== undefined) found++;
    const words = `${name}: ${plural(sums.blobs, 'blob')}, ${plural(sums.storedBytes, 'byte')}`;
    const line = refusal === undefined ? words : `${words} ! ${refusal.reason}: ${printable(refusal.detail)}`;
    await output.line(json ? jsonLine({ type: 'audit', actor: actor.id, ...sums, refusal }) : line);
  });
  if (json) await output.line(jsonLine({ type: 'end', actors, problems: found }));
  if (found > 0) await fail(new Error(`${plural(found, 'problem')} found`));
}
