import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Command, CommanderError, Option } from 'commander';
import { ACTOR_ID_BYTES_MAX } from '../layout/index.js';
import { openLmdbStore } from '../stores/lmdb/index.js';
import { addActors } from './actors.js';
import { addBlobs } from './blobs.js';
import { addCompact } from './compact.js';
import { type Context, checkPath, checkRoot, type Surroundings, wholeNumber } from './context.js';
import { decodedLines, decodeInput, MalformedInput } from './decode.js';
import { addExport } from './export.js';
import { EXIT, type ExitCode, exitCodeOf, failureLine, InputError } from './failure.js';
import { addGc } from './gc.js';
import { addGet } from './get.js';
import { parseHex } from './hex.js';
import { addImport } from './import.js';
import { jsonLine, Output, OutputClosed, printable, quoted, styleFor } from './output.js';
import { addStats } from './stats.js';
import { addSweep } from './sweep.js';
import { addTraces } from './traces.js';
import { type TreeOptions, walkStore } from './tree.js';
import { TreeText } from './tree-text.js';

/**
 * Runs the command line.
 *
 * @param args Without the names of node and the script.
 * @returns The exit code: 0, 1 if something failed, 2 if what was asked for makes no sense.
 */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const output = new Output(surroundings.stdout);
  const errors = new Output(surroundings.stderr);
  let exitCode: ExitCode = EXIT.ok;
  const fail = async (error: unknown, where = ''): Promise<void> => {
    exitCode = exitCodeOf(error);
    await errors.line(printable(`${where}${failureLine(error)}`));
    if (error instanceof InputError) for (const line of error.context) await errors.line(printable(line));
  };
  const program = createProgram({ ...surroundings, output, fail });
  try {
    await parse(program, args);
    // What was written last may have failed since.
    await output.flush();
  } catch (error) {
    if (error instanceof OutputClosed) return exitCode;
    if (error instanceof CommanderError) return EXIT.badInput;
    await fail(error).catch(() => {});
  }
  return exitCode;
}

/** @throws {CommanderError} On wrong arguments; not after help or the version was asked for. */
async function parse(program: Command, args: readonly string[]): Promise<void> {
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError) || error.exitCode !== 0) throw error;
  }
}

function createProgram(context: Context): Command {
  const program = new Command('actor-keyspace')
    .description(
      'Names keys, shows what a store holds, copies, exports, imports and cleans up. Only import, sweep and gc write to a store.',
    )
    .version(packageVersion())
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      // It repeats what was typed.
      writeErr: (text) => context.stderr.write(text.split('\n').map(printable).join('\n')),
    })
    .exitOverride()
    .showSuggestionAfterError(false)
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 bad input.');
  addDecode(program, context);
  addTree(program, context);
  addActors(program, context);
  addGet(program, context);
  addStats(program, context);
  addTraces(program, context);
  addCompact(program, context);
  addExport(program, context);
  addImport(program, context);
  addBlobs(program, context);
  addSweep(program, context);
  addGc(program, context);
  return program;
}

function addDecode(program: Command, context: Context): void {
  program
    .command('decode')
    .description('say what a key is; all arguments are one key, "-" reads one key from each line of input')
    .argument('<hex...>', 'bytes in hex; spaces, 0x and upper case are fine')
    .option('--partition', 'the bytes begin with a partition, as stored keys do')
    .option('--json', 'one JSON object per key, also of malformed ones')
    .addHelpText(
      'after',
      `
Examples:
  $ actor-keyspace decode 08 01 01 01 00010000
  $ actor-keyspace decode --partition 02616c69636500 0501020000000000000102
  $ actor-keyspace decode --json - < keys.txt`,
    )
    .action((words: string[], options: { partition?: boolean; json?: boolean }) =>
      decode(words, options, context),
    );
}

async function decode(
  words: readonly string[],
  { partition = false, json = false }: { partition?: boolean; json?: boolean },
  { stdin, output, fail }: Context,
): Promise<void> {
  const print = async (text: string, where?: string): Promise<void> => {
    try {
      const decoded = decodeInput(parseHex(text), partition);
      for (const line of json ? [jsonLine(decoded)] : decodedLines(decoded)) await output.line(line);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      // So that there is one object for every key read.
      if (json) await output.line(jsonLine(refused(error)));
      await fail(error, where);
    }
  };
  if (!(words.length === 1 && words[0] === '-')) return print(words.join(' '));
  let lineNumber = 0;
  for await (const line of createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    lineNumber++;
    if (line.trim() !== '') await print(line, `line ${lineNumber}: `);
  }
}

function refused(error: InputError) {
  if (!(error instanceof MalformedInput)) return { malformed: { reason: error.message } };
  const { hex, malformed } = error;
  return { hex, malformed };
}

const KEYS_MAX = 10;

function addTree(program: Command, context: Context): void {
  program
    .command('tree')
    .description('show what an LMDB store holds: actors, namespaces, families, keys in words, sizes')
    .argument('<store>', "the store's folder", checkPath)
    .argument('[actorId]', `only this actor (at most ${ACTOR_ID_BYTES_MAX - 2} bytes of UTF-8)`)
    .option('--root <name>', 'root of the keyspace, if it has one', checkRoot, '')
    .option('--limit <keys>', 'keys to show of each family; all are counted', wholeNumber, KEYS_MAX)
    .addOption(new Option('--all', 'show every key').conflicts('limit'))
    .option('--values', "show values too, the user's data among them, shortened")
    .option('--json', 'one JSON object per line: partition, key, more, totals; end is last')
    .addHelpText(
      'after',
      `
The store is opened for reading and no actor is claimed. Each actor is shown as of one moment.

Examples:
  $ actor-keyspace tree ./data
  $ actor-keyspace tree ./data orders --all | less
  $ actor-keyspace tree ./data --json | jq 'select(.corrupt)'`,
    )
    .action((path: string, actorId: string | undefined, flags: TreeFlags) =>
      tree(path, actorId, flags, context),
    );
}

interface TreeFlags {
  readonly root: string;
  readonly limit: number;
  readonly all?: boolean;
  readonly values?: boolean;
  readonly json?: boolean;
}

async function tree(
  path: string,
  actorId: string | undefined,
  { root, limit, all = false, values = false, json = false }: TreeFlags,
  { output, stdout, env }: Context,
): Promise<void> {
  const options: TreeOptions = { root, actorId, keysMax: all ? Number.POSITIVE_INFINITY : limit, values };
  const text = new TreeText(styleFor(stdout, env));
  const store = await openLmdbStore({ path, readOnly: true });
  try {
    for await (const event of walkStore(store, options)) {
      if (event.type === 'end' && actorId !== undefined && event.keys === 0) {
        throw new Error(`there is no actor ${quoted(actorId, 60)} in this store`);
      }
      for (const line of json ? [jsonLine(event)] : text.lines(event)) await output.line(line);
    }
  } finally {
    await store.close();
  }
}

function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
