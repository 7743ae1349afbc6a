import type { Command } from 'commander';
import { isKeyspaceError } from '../errors.js';
import {
  decodeEntry,
  type Keyspace,
  openKeyspace,
  type Snapshot,
  type Store,
  WHOLE_PARTITION,
} from '../index.js';
import { encodeActorPartition, systemUsage, systemWake } from '../layout/index.js';
import { openLmdbStore } from '../stores/lmdb/index.js';
import { findLayout } from './actor-layout.js';
import { actorIds, actorRange } from './actor-range.js';
import { type Context, checkPath, checkRoot, wholeNumber } from './context.js';
import { failureLine } from './failure.js';
import { jsonLine, printable } from './output.js';
import { assertRootInUse } from './root.js';
import { plural } from './words.js';

interface ActorsFlags {
  readonly root: string;
  readonly limit?: number;
  readonly after?: string;
  readonly prefix?: string;
  readonly long?: boolean;
  readonly json?: boolean;
}

export function addActors(program: Command, context: Context): void {
  program
    .command('actors')
    .description('list the ids of actors, in order')
    .argument('<store>', "the store's folder", checkPath)
    .option('--root <name>', 'root of the keyspace, if it has one', checkRoot, '')
    .option('--prefix <text>', 'only ids that begin with it')
    .option('--after <id>', 'only ids behind this one, which need not be there')
    .option('--limit <actors>', 'at most so many', wholeNumber)
    .option('--long', 'keys, bytes, layout, and when something is due')
    .option('--json', 'one JSON object per line; end is last, and says whether there are more')
    .addHelpText(
      'after',
      `
Keys and bytes are those of the actor's usage record; where it has none they are counted, and marked so.

Examples:
  $ actor-keyspace actors ./data
  $ actor-keyspace actors ./data --prefix room- --long
  $ actor-keyspace actors ./data --after room-41 --limit 100 --json`,
    )
    .action((path: string, flags: ActorsFlags) => actors(path, flags, context));
}

async function actors(path: string, flags: ActorsFlags, { output }: Context): Promise<void> {
  const { root, limit = Number.POSITIVE_INFINITY, long = false, json = false } = flags;
  const range = actorRange(flags, root);
  const store = await openLmdbStore({ path, readOnly: true });
  try {
    await assertRootInUse(store, root);
    const keyspace = await openKeyspace({ store, root, sharedStore: true });
    let told = 0;
    let hasMore = false;
    for await (const id of actorIds(store, range)) {
      if (told === limit) {
        hasMore = true;
        break;
      }
      told++;
      const details = long ? await detailsOf(store, keyspace, id, root) : undefined;
      const line = details === undefined ? printable(id) : `${printable(id)}: ${detailWords(details)}`;
      await output.line(json ? jsonLine({ type: 'actor', actor: id, ...details }) : line);
    }
    if (json) await output.line(jsonLine({ type: 'end', actors: told, hasMore }));
  } finally {
    await store.close();
  }
}

interface Details {
  readonly keys: number;
  readonly bytes: number;
  /** Whether the actor has no usage record, or none that can be read. */
  readonly counted: boolean;
  readonly layout?: number;
  /** When it next has something to do, in milliseconds since 1970. */
  readonly dueAtMs?: number;
  /** What is wrong with it. */
  readonly problems?: readonly string[];
}

async function detailsOf(store: Store, keyspace: Keyspace, id: string, root: string): Promise<Details> {
  const partition = encodeActorPartition(id, root);
  const problems: string[] = [];
  const snapshot = await store.snapshot();
  try {
    const read = async (key: Uint8Array) => {
      try {
        const value = await snapshot.get(partition, key);
        return value && decodeEntry(key, value).value;
      } catch (error) {
        if (!isKeyspaceError(error)) throw error;
        problems.push(failureLine(error));
        return undefined;
      }
    };
    const usage = await read(systemUsage.encode({}));
    const wake = await read(systemWake.encode({}));
    const { layout, problem } = await findLayout(keyspace, id);
    if (problem !== undefined) problems.push(problem);
    const times = wake?.kind === 'wake' ? Object.values(wake.record) : [];
    return {
      ...(usage?.kind === 'usage'
        ? { ...sumOf(usage.record.namespaces), counted: false }
        : { ...(await count(snapshot, partition)), counted: true }),
      ...(layout !== undefined && { layout }),
      ...(times.length > 0 && { dueAtMs: Math.min(...times) }),
      ...(problems.length > 0 && { problems }),
    };
  } finally {
    snapshot.close();
  }
}

function sumOf(namespaces: readonly { readonly keyCount: number; readonly bytes: number }[]) {
  let keys = 0;
  let bytes = 0;
  for (const counts of namespaces) {
    keys += counts.keyCount;
    bytes += counts.bytes;
  }
  return { keys, bytes };
}

async function count(snapshot: Snapshot, partition: Uint8Array) {
  let keys = 0;
  let bytes = 0;
  for await (const { key, valueBytes } of snapshot.scanSizes(partition, WHOLE_PARTITION)) {
    keys++;
    bytes += key.length + valueBytes;
  }
  return { keys, bytes };
}

function detailWords({ keys, bytes, counted, layout, dueAtMs, problems = [] }: Details): string {
  const size = `${plural(keys, 'key')}, ${plural(bytes, 'byte')}${counted ? ' (counted)' : ''}`;
  return [
    size,
    ...(layout === undefined ? [] : [`layout ${layout}`]),
    ...(dueAtMs === undefined ? [] : [`due ${timeWords(dueAtMs)}`]),
    ...problems.map((problem) => `! ${printable(problem)}`),
  ].join(', ');
}

function timeWords(atMs: number): string {
  const date = new Date(atMs);
  return Number.isNaN(date.getTime()) ? `at millisecond ${atMs}` : date.toISOString();
}
