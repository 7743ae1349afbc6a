import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { concatBytes, fromHex, toHex } from '../../src/bytes/index.js';
import { isKeyspaceError } from '../../src/errors.js';
import {
  connection,
  decodeKey,
  inspectorToken,
  type KeyFormat,
  kvEntry,
  LAYOUT_VERSION,
  type Location,
  NAMESPACE,
  queueMessage,
  queueMetadata,
  SQLITE_CHUNK_BYTES,
  sqliteChunk,
  sqliteMeta,
  traceChunk,
  WORKFLOW_FIELD,
  workflowEntryMetadata,
  workflowField,
  workflowHistory,
  workflowName,
} from '../../src/layout/index.js';

interface Input {
  readonly conn_id?: string;
  readonly user_key_hex?: string;
  readonly id?: string;
  readonly index?: number;
  readonly location?: Location;
  readonly entry_id?: string;
  readonly bucket_start_sec?: number;
  readonly chunk_id?: number;
  readonly file_tag?: number;
  readonly chunk_index?: number;
}

interface Vector {
  readonly n: number;
  readonly kind: string;
  readonly fn: string;
  readonly input?: Input;
  readonly key_hex?: string;
  readonly engine_key_hex?: string;
  readonly value?: number;
}

// Parsed at run time: module transforms choke on the lone surrogates in it.
const text = readFileSync(new URL('../vectors/rivetkit-keys.json', import.meta.url), 'utf8');
const { vectors } = JSON.parse(text) as { vectors: readonly Vector[] };
const ofKind = (kind: string): readonly Vector[] => vectors.filter((vector) => vector.kind === kind);

/** What each published key builder is here. */
const BUILDERS: Readonly<Record<string, (input: Input) => readonly [KeyFormat<object>, object]>> = {
  'KEYS.INSPECTOR_TOKEN': () => [inspectorToken, {}],
  queueMetadataKey: () => [queueMetadata, {}],
  makeConnKey: (input) => [connection, { connectionId: input.conn_id }],
  makePrefixedKey: (input) => [kvEntry, { userKey: fromHex(input.user_key_hex ?? '') }],
  makeQueueMessageKey: (input) => [queueMessage, { id: BigInt(input.id ?? '') }],
  buildNameKey: (input) => [workflowName, { index: input.index }],
  buildHistoryKey: (input) => [workflowHistory, { location: input.location }],
  buildWorkflowOutputKey: () => [workflowField, { field: WORKFLOW_FIELD.output }],
  buildWorkflowErrorKey: () => [workflowField, { field: WORKFLOW_FIELD.error }],
  buildEntryMetadataKey: (input) => [workflowEntryMetadata, { entryId: input.entry_id }],
  buildChunkKey: (input) => [traceChunk, { bucketStartSec: input.bucket_start_sec, chunkId: input.chunk_id }],
  getMetaKey: (input) => [sqliteMeta, { fileTag: input.file_tag }],
  getChunkKey: (input) => [sqliteChunk, { fileTag: input.file_tag, chunkIndex: input.chunk_index }],
};

const PREFIXES: Readonly<Record<string, Uint8Array>> = {
  'KEYS.CONN_PREFIX': connection.prefix,
  'KEYS.KV': kvEntry.prefix,
  queueStoragePrefix: Uint8Array.of(NAMESPACE.queue, LAYOUT_VERSION.queue),
  queueMessagesPrefix: queueMessage.prefix,
  workflowStoragePrefix: Uint8Array.of(NAMESPACE.workflow, LAYOUT_VERSION.workflow),
  tracesStoragePrefix: Uint8Array.of(NAMESPACE.traces, LAYOUT_VERSION.traces),
  sqliteStoragePrefix: Uint8Array.of(NAMESPACE.sqlite, LAYOUT_VERSION.sqlite),
  buildNamePrefix: workflowName.prefix,
  buildHistoryPrefixAll: workflowHistory.prefix,
  buildEntryMetadataPrefix: workflowEntryMetadata.prefix,
};

const DECODERS: Readonly<Record<string, KeyFormat<object>>> = {
  decodeQueueMessageKey: queueMessage,
  parseNameKey: workflowName,
  parseHistoryKey: workflowHistory,
  parseEntryMetadataKey: workflowEntryMetadata,
};

/** Canonical inputs among the decode vectors; every other one is refused, whatever the published decoder does. */
const CANONICAL = new Set([53, 103, 119]);

function isWellFormed({ conn_id = '', entry_id = '' }: Input): boolean {
  return conn_id.isWellFormed() && entry_id.isWellFormed();
}

test('every vector is taken by one of these tests, or tells of a value', () => {
  const counts: Record<string, number> = {};
  for (const { kind } of vectors) counts[kind] = (counts[kind] ?? 0) + 1;
  expect(counts).toEqual({ key: 77, prefix: 10, quirk: 3, decode: 16, const: 1, value: 6 });
});

describe('published keys', () => {
  const [good, bad] = [true, false].map((wanted) =>
    ofKind('key').filter(({ input = {} }) => isWellFormed(input) === wanted),
  ) as [Vector[], Vector[]];

  test.each(good)('$n $fn', ({ fn, input = {}, key_hex = '', engine_key_hex }) => {
    const [family, fields] = BUILDERS[fn]!(input);
    expect(toHex(family.encode(fields))).toBe(key_hex);
    expect(family.decode(fromHex(key_hex))).toEqual(fields);
    expect(decodeKey(fromHex(key_hex))).toMatchObject({ layout: 1, family: family.name, fields });
    if (engine_key_hex !== undefined) expect(key_hex.slice(4)).toBe(engine_key_hex);
  });

  test.each(bad)('$n $fn of a lone surrogate is refused, not replaced', ({ fn, input = {} }) => {
    const [family, fields] = BUILDERS[fn]!(input);
    expect(() => family.encode(fields)).toThrow(RangeError);
  });

  test('two of them have lone surrogates', () => {
    expect(bad.map(({ n }) => n)).toEqual([15, 100]);
  });
});

test.each(ofKind('prefix'))('prefix $n $fn', ({ fn, key_hex }) => {
  expect(toHex(PREFIXES[fn]!)).toBe(key_hex);
});

test.each(ofKind('quirk'))(
  '$n $fn wraps around where it was published, and is refused here',
  ({ fn, input = {} }) => {
    const [family, fields] = BUILDERS[fn]!(input);
    expect(() => family.encode(fields)).toThrow(RangeError);
  },
);

test.each(ofKind('decode'))('decode $n $fn', ({ n, fn, key_hex, engine_key_hex }) => {
  const workflow = Uint8Array.of(NAMESPACE.workflow, LAYOUT_VERSION.workflow);
  const key = key_hex === undefined ? concatBytes(workflow, fromHex(engine_key_hex!)) : fromHex(key_hex);
  const family = DECODERS[fn]!;
  if (CANONICAL.has(n)) {
    expect(toHex(family.encode(family.decode(key)))).toBe(toHex(key));
    return;
  }
  let thrown: unknown;
  try {
    family.decode(key);
  } catch (error) {
    thrown = error;
  }
  expect(isKeyspaceError(thrown, 'key.malformed')).toBe(true);
});

test.each(ofKind('const'))('constant $n $fn', ({ fn, value }) => {
  expect(fn).toBe('CHUNK_SIZE');
  expect(SQLITE_CHUNK_BYTES).toBe(value);
});
