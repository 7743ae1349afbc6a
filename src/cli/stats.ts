import type { Command } from 'commander';
import { type LmdbStats, openLmdbStore } from '../stores/lmdb/index.js';
import { type Context, checkPath, checkRoot, wholeNumber } from './context.js';
import { hexByte } from './describe-key.js';
import { jsonLine, printable, quoted } from './output.js';
import { Progress } from './progress.js';
import { assertRootInUse } from './root.js';
import { countSizes, type SizeEvent, type Sizes } from './store-sizes.js';
import { tableLines } from './table.js';
import { number, plural } from './words.js';

const TOP = 10;

interface StatsFlags {
  readonly root: string;
  readonly actor?: string;
  readonly top: number;
  readonly json?: boolean;
}

export function addStats(program: Command, context: Context): void {
  program
    .command('stats')
    .description('count keys and bytes by namespace and actor, and show the state of the LMDB store')
    .argument('<store>', "the store's folder", checkPath)
    .option('--root <name>', 'root of the keyspace, if it has one', checkRoot, '')
    .option('--actor <id>', 'only this actor')
    .option('--top <actors>', 'how many of the largest actors to show', wholeNumber, TOP)
    .option('--json', 'one JSON object per line: store, incomplete, usage, actor, namespace; end is last')
    .addHelpText(
      'after',
      `
Counting reads no values. Where an actor's usage record differs from the count, both are shown: that is a defect.

Examples:
  $ actor-keyspace stats ./data
  $ actor-keyspace stats ./data --top 100 --json | jq 'select(.type == "actor")'`,
    )
    .action((path: string, flags: StatsFlags) => stats(path, flags, context));
}

async function stats(
  path: string,
  { root, actor: actorId, top, json = false }: StatsFlags,
  { output, stderr }: Context,
): Promise<void> {
  const store = await openLmdbStore({ path, readOnly: true });
  const progress = new Progress(stderr, 'keys');
  const text = new StatsText();
  try {
    await assertRootInUse(store, root);
    const state = stateOf(store.stats());
    const total = actorId === undefined ? state.data.entryCount : undefined;
    const onKeys = (keys: number) => progress.show(keys, total);
    for (const line of json ? [jsonLine({ type: 'store', ...state })] : text.store(state))
      await output.line(line);
    for await (const event of countSizes(store, { root, actorId, top, onKeys })) {
      progress.end();
      if (event.type === 'end' && actorId !== undefined && event.keys === 0) {
        throw new Error(`there is no actor ${quoted(actorId, 60)} in this store`);
      }
      for (const line of json ? [jsonLine(event)] : text.lines(event)) await output.line(line);
    }
  } finally {
    progress.end();
    await store.close();
  }
}

type StoreState = Omit<LmdbStats, 'storeBytesMax' | 'reserveBytes' | 'roomBytes'>;

/** Without what depends on how a program opens the store. */
function stateOf({ storeBytesMax, reserveBytes, roomBytes, ...state }: LmdbStats): StoreState {
  return state;
}

/** Turns what was counted into lines. Rows wait for their table to be complete. */
class StatsText {
  #actors: string[][] = [];
  #namespaces: string[][] = [];

  store(state: StoreState): string[] {
    const { data, owners, readers } = state;
    const others =
      readers.otherProcessCount === 0
        ? 'none by other processes'
        : `${number(readers.otherReaderCount)} by ${plural(readers.otherProcessCount, 'other process', 'other processes')}`;
    const snapshots =
      readers.snapshotCount === 0
        ? 'none'
        : `${number(readers.snapshotCount)}, the oldest ${plural(readers.oldestSnapshotTransactions, 'transaction')} behind`;
    return [
      'store',
      ...[
        ['file', plural(state.fileBytes, 'byte')],
        ['used', `${plural(state.usedBytes, 'byte')}, ${pagesOf(state)}`],
        ['reusable', plural(state.reusableBytes, 'byte')],
        ['disk free', plural(state.diskFreeBytes, 'byte')],
        ['entries', `${number(data.entryCount)}, tree of depth ${data.treeDepth}`],
        ['claims', `${number(owners.entryCount)}, tree of depth ${owners.treeDepth}`],
        ['transaction', number(state.lastTransactionId)],
        [
          'readers',
          `${number(readers.readerCount)} of ${plural(readers.readerCountMax, 'place')}, ${others}`,
        ],
        ['snapshots', snapshots],
      ].map(([name = '', words]) => `  ${name.padEnd(13)}${words}`),
      '',
    ];
  }

  lines(event: SizeEvent): string[] {
    switch (event.type) {
      case 'incomplete':
        return [`! actor ${quoted(event.actor, 60)} is incomplete: import it again, or delete it`];
      case 'usage':
        return usageLines(event);
      case 'actor':
        this.#actors.push([quoted(event.actor, 40), ...cells(event)]);
        return [];
      case 'namespace':
        this.#namespaces.push([
          event.byte === undefined ? event.name : `${hexByte(event.byte)} ${event.name}`,
          ...cells(event),
        ]);
        return [];
      case 'end':
        return [
          ...titled('largest actors', this.#actors),
          ...titled('namespaces', this.#namespaces),
          [
            plural(event.actors, 'actor'),
            plural(event.keys, 'key'),
            plural(event.keyBytes + event.valueBytes, 'byte'),
            ...(event.wrongUsages === 0 ? [] : [plural(event.wrongUsages, 'wrong usage record')]),
          ].join(', '),
        ];
    }
  }
}

function pagesOf({ data, owners }: StoreState): string {
  const sum = (kind: 'branchPages' | 'leafPages' | 'overflowPages') => number(data[kind] + owners[kind]);
  return `in ${sum('branchPages')} branch, ${sum('leafPages')} leaf and ${sum('overflowPages')} overflow pages`;
}

function titled(title: string, rows: readonly string[][]): string[] {
  if (rows.length === 0) return [];
  return [
    ...tableLines([[title, 'keys', 'key bytes', 'value bytes'], ...rows]).map((line) => line.slice(2)),
    '',
  ];
}

function cells({ keys, keyBytes, valueBytes }: Sizes): string[] {
  return [keys, keyBytes, valueBytes].map(number);
}

function usageLines({ actor, problem, differences = [] }: Extract<SizeEvent, { type: 'usage' }>): string[] {
  const title = `! the usage record of actor ${quoted(actor, 60)}`;
  if (problem !== undefined) return [`${title} cannot be read: ${printable(problem)}`];
  return [
    `${title} is wrong`,
    ...differences.map(
      ({ namespace, keys, bytes, recordedKeys, recordedBytes }) =>
        `    ${namespace}: counted ${plural(keys, 'key')}, ${plural(bytes, 'byte')}, recorded ${plural(recordedKeys, 'key')}, ${plural(recordedBytes, 'byte')}`,
    ),
  ];
}
