import {
  kvEntry,
  queueMessage,
  sqliteChunk,
  traceChunk,
  workflowEntryMetadata,
  workflowHistory,
} from 'actor-keyspace/layout';
import { pack, unpack } from 'actor-keyspace/tuple';
import * as fdbTuple from 'fdb-tuple';
import { repeat } from '../harness/repeat.mjs';

export const title = 'Keys: fields to bytes and back';

const INPUTS = 1_024;

/** Families with fields to encode, and the tuple that says the same: namespace, layout version, part, fields. */
const FAMILIES = [
  {
    family: sqliteChunk,
    fields: (random) => ({ fileTag: random.below(2), chunkIndex: random.below(100_000) }),
    tuple: ({ fileTag, chunkIndex }) => [8, 1, 1, fileTag, chunkIndex],
  },
  {
    family: queueMessage,
    fields: (random) => ({ id: BigInt(random.below(1_000_000)) }),
    // As a number, which is faster than as a bigint.
    tuple: ({ id }) => [5, 1, 2, Number(id)],
  },
  {
    family: workflowHistory,
    fields: (random) => ({
      location: [random.below(8), { loop: random.below(8), iteration: random.below(1_000) }, random.below(8)],
    }),
    tuple: ({ location: [first, { loop, iteration }, last] }) => [6, 1, 2, first, [loop, iteration], last],
  },
  {
    family: workflowEntryMetadata,
    fields: (random) => ({ entryId: Buffer.from(random.bytes(8)).toString('hex') }),
    tuple: ({ entryId }) => [6, 1, 4, entryId],
  },
  {
    family: traceChunk,
    fields: (random) => ({
      bucketStartSec: 1_771_898_400 + 3_600 * random.below(1_000),
      chunkId: random.below(500),
    }),
    tuple: ({ bucketStartSec, chunkId }) => [7, 1, 1, bucketStartSec, chunkId],
  },
  {
    family: kvEntry,
    fields: (random) => ({ userKey: random.bytes(16) }),
    tuple: ({ userKey }) => [4, Buffer.from(userKey)],
  },
];

const TUPLES = [
  { name: '[string, int]', make: (random) => ['queue', random.below(1_000_000)] },
  {
    name: '[int, string, bytes, [int, int], bool]',
    make: (random) => [
      random.below(100),
      `user-${random.below(10_000)}`,
      Buffer.from(random.bytes(8)),
      [random.below(10), random.below(1_000)],
      random.below(2) === 1,
    ],
  },
];

export async function* rows({ random }) {
  const declared = FAMILIES.map((item) => ({ ...item, ...familyInputs(item, random) }));
  // Used all before any is measured: V8 then knows the shared code as a program knows it that uses several.
  const scratch = new Uint8Array(256);
  for (const { family, values, keys, tuples, packed } of declared) {
    repeat(family.encode, values)(INPUTS);
    repeat((fields) => family.encodeInto(fields, scratch, 0), values)(INPUTS);
    repeat(family.decode, keys)(INPUTS);
    repeat(fdbTuple.pack, tuples)(INPUTS);
    repeat(fdbTuple.unpack, packed)(INPUTS);
  }
  for (const { family, values, tuples } of declared) {
    yield comparison(`encode ${family.name}`, repeat(family.encode, values), repeat(fdbTuple.pack, tuples));
  }
  for (const { family, values, tuples } of declared) {
    const encodeInto = (fields) => family.encodeInto(fields, scratch, 0);
    yield comparison(`encodeInto ${family.name}`, repeat(encodeInto, values), repeat(fdbTuple.pack, tuples));
  }
  for (const { family, keys, packed } of declared) {
    yield comparison(`decode ${family.name}`, repeat(family.decode, keys), repeat(fdbTuple.unpack, packed));
  }
  const generic = TUPLES.map(({ name, make }) => ({ name, ...tupleInputs(make, random) }));
  for (const { name, tuples } of generic) {
    yield comparison(`pack ${name}`, repeat(pack, tuples), repeat(fdbTuple.pack, tuples));
  }
  for (const { name, packed } of generic) {
    yield comparison(`unpack ${name}`, repeat(unpack, packed), repeat(fdbTuple.unpack, packed));
  }
}

function comparison(name, ours, reference) {
  return {
    name,
    unit: 'time',
    clock: 'processor',
    sampleMs: 20,
    ours,
    references: { 'fdb-tuple': reference },
  };
}

function familyInputs({ family, fields, tuple }, random) {
  const values = Array.from({ length: INPUTS }, () => fields(random));
  const tuples = values.map(tuple);
  return {
    values,
    tuples,
    keys: values.map((value) => family.encode(value)),
    packed: tuples.map((elements) => fdbTuple.pack(elements)),
  };
}

function tupleInputs(make, random) {
  const tuples = Array.from({ length: INPUTS }, () => make(random));
  return { tuples, packed: tuples.map((elements) => fdbTuple.pack(elements)) };
}
