import { inspect } from 'node:util';
import { type Command, Option } from 'commander';
import { type DecodedEntry, decodeEntry } from '../index.js';
import { ACTOR_ID_BYTES_MAX, encodeActorPartition, kvEntry, spacedHex } from '../layout/index.js';
import { openLmdbStore } from '../stores/lmdb/index.js';
import { type Context, checkPath, checkRoot } from './context.js';
import { describeKey, readableText } from './describe-key.js';
import { InputError } from './failure.js';
import { parseHex, toHex } from './hex.js';
import { jsonLine, printable, quoted } from './output.js';
import { toJson } from './to-json.js';
import { plural } from './words.js';

interface GetFlags {
  readonly root: string;
  readonly kv?: string;
  readonly json?: boolean;
  readonly raw?: boolean;
  readonly text?: boolean;
  readonly hex?: boolean;
}

export function addGet(program: Command, context: Context): void {
  program
    .command('get')
    .description("show one value of an actor, the user's data in it included")
    .argument('<store>', "the store's folder", checkPath)
    .argument('<actorId>', `the actor (at most ${ACTOR_ID_BYTES_MAX - 2} bytes of UTF-8)`)
    .argument('[key...]', 'the key inside the actor, in hex, as tree and decode show it')
    .option('--root <name>', 'root of the keyspace, if it has one', checkRoot, '')
    .option('--kv <text>', 'instead of a key: the user key that is this text')
    .addOption(new Option('--json', 'one JSON object').conflicts(['raw', 'text', 'hex']))
    .addOption(new Option('--raw', 'the bytes as they are, not to a terminal').conflicts(['text', 'hex']))
    .addOption(new Option('--text', 'the bytes as UTF-8').conflicts(['hex']))
    .option('--hex', 'the bytes in hex')
    .addHelpText(
      'after',
      `
JSON keeps what it can: bytes are hex, 64-bit numbers digits, maps and sets lists. --raw is exact.

Examples:
  $ actor-keyspace get ./data orders 01
  $ actor-keyspace get ./data orders --kv item/1
  $ actor-keyspace get ./data orders --kv photo --raw > photo.jpg`,
    )
    .action((path: string, actorId: string, words: string[], flags: GetFlags) =>
      get(path, actorId, keyOf(words, flags.kv), flags, context),
    );
}

function keyOf(words: readonly string[], userKey: string | undefined): Uint8Array {
  if (words.length > 0 === (userKey !== undefined)) throw new InputError('give either a key in hex or --kv');
  if (userKey !== undefined) return kvEntry.encode({ userKey: Buffer.from(userKey) });
  return parseHex(words.join(' '));
}

async function get(
  path: string,
  actorId: string,
  key: Uint8Array,
  { root, json = false, raw = false, text = false, hex = false }: GetFlags,
  { output, stdout }: Context,
): Promise<void> {
  if (raw && stdout.isTTY)
    throw new InputError('--raw may steer the terminal: write it to a file or a program');
  if (key.length === 0) throw new InputError('a key has at least one byte');
  const partition = encodeActorPartition(actorId, root);
  const store = await openLmdbStore({ path, readOnly: true });
  let value: Uint8Array | undefined;
  try {
    value = await store.get(partition, key);
  } finally {
    await store.close();
  }
  if (value === undefined)
    throw new Error(`there is no key ${spacedHex(key)} in actor ${quoted(actorId, 60)}`);
  if (raw) return output.bytes(value);
  if (hex) return output.line(toHex(value));
  const lines = text ? textLines(value) : json ? [jsonLine(entryJson(key, value))] : entryLines(key, value);
  for (const line of lines) await output.line(line);
}

function textLines(value: Uint8Array): string[] {
  let decoded: string;
  try {
    decoded = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
  } catch (error) {
    throw new Error('the value is not UTF-8: see it with --hex', { cause: error });
  }
  return decoded.split('\n').map(printable);
}

function entryJson(key: Uint8Array, bytes: Uint8Array) {
  const { value } = decodeEntry(key, bytes);
  const { kind, sentence, record } = value;
  return {
    keyHex: toHex(key),
    key: describeKey(key),
    valueBytes: bytes.length,
    kind,
    sentence,
    value: toJson(record),
  };
}

function entryLines(key: Uint8Array, bytes: Uint8Array): string[] {
  const { value } = decodeEntry(key, bytes);
  return [
    spacedHex(key),
    `  ${printable(describeKey(key).sentence)}`,
    `  ${[...new Set([plural(bytes.length, 'byte'), printable(value.sentence)])].join(': ')}`,
    ...recordText(value)
      .split('\n')
      .map((line) => `  ${printable(line)}`),
  ];
}

function recordText({ kind, record }: DecodedEntry['value']): string {
  if (record instanceof Uint8Array) {
    const text = kind === 'userValue' ? readableText(record) : undefined;
    return text === undefined ? spacedHex(record) : jsonLine(text);
  }
  const all = Number.POSITIVE_INFINITY;
  return inspect(record, { depth: all, breakLength: 100, maxArrayLength: all, maxStringLength: all });
}
