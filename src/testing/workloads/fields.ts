import { createHash } from 'node:crypto';
import type { Random } from '../random.js';
import { collect } from '../simulation/collect.js';
import type { Operation, Workload, WorkloadContext } from '../simulation/workload.js';

/** The fields of an actor, and its blobs, those among them that nothing holds any more. */
export interface FieldsModel {
  readonly values: ReadonlyMap<string, string>;
  /** How many bytes each blob has, by its digest. */
  readonly blobs: ReadonlyMap<string, number>;
}

const NAMES = ['f', 'g', 'h'];

/** The longest is more than may be inline, and two chunks of a blob more than one. */
const LENGTHS = [5, 300, 140_000];
const INLINE_BYTES_MAX = 131_072;
const CHUNK_BYTES = 65_508;

type Chooser = (random: Random, model: FieldsModel, context: WorkloadContext) => Operation<FieldsModel>;

function newValue(random: Random, context: WorkloadContext): string {
  const length = random.pick(LENGTHS);
  // Some fields share a blob.
  const seed = random.chance(0.5) ? 'same' : context.unique();
  return seed.repeat(Math.ceil(length / seed.length)).slice(0, length);
}

function described(value: string | undefined): string {
  return value === undefined ? 'none' : `${value.slice(0, 8)} (${value.length})`;
}

/** The blob that a value is kept in. */
function blobOf(value: string): readonly [digest: string, byteCount: number] | undefined {
  const json = JSON.stringify(value);
  if (json.length <= INLINE_BYTES_MAX) return undefined;
  return [createHash('sha256').update(json).digest('hex'), json.length];
}

function withValue({ values, blobs }: FieldsModel, name: string, value: string): FieldsModel {
  const blob = blobOf(value);
  return {
    values: new Map([...values, [name, value]]),
    blobs: blob === undefined ? blobs : new Map([...blobs, blob]),
  };
}

/** By namespace: a blob has a descriptor, its chunks, and a reference for each holder or else a retirement. */
function keyCounts({ values, blobs }: FieldsModel): Record<number, number> {
  const held = [...values.values()].flatMap((value) => blobOf(value)?.[0] ?? []);
  let count = held.length;
  for (const [digest, byteCount] of blobs) {
    count += 1 + Math.ceil(byteCount / CHUNK_BYTES) + (held.includes(digest) ? 0 : 1);
  }
  return { 10: count, 11: values.size };
}

const set: Chooser = (random, _model, context) => {
  const name = random.pick(NAMES);
  const value = newValue(random, context);
  return {
    text: `fields.set ${name}: ${described(value)}`,
    kind: 'update',
    run: ({ fields }, options) => fields.set(name, value, options),
    apply: (model) => ({ model: withValue(model, name, value) }),
  };
};

const remove: Chooser = (random) => {
  const name = random.pick(NAMES);
  return {
    text: `fields.delete ${name}`,
    kind: 'update',
    run: ({ fields }, options) => fields.delete(name, options),
    apply: (model) => ({
      model: { ...model, values: new Map([...model.values].filter(([other]) => other !== name)) },
      result: model.values.has(name),
    }),
  };
};

const compareAndSet: Chooser = (random, before, context) => {
  const name = random.pick(NAMES);
  const expected = random.chance(0.8) ? before.values.get(name) : 'something else';
  const value = newValue(random, context);
  return {
    text: `fields.compareAndSet ${name}: ${described(expected)} to ${described(value)}`,
    kind: 'update',
    run: ({ fields }, options) => fields.compareAndSet(name, expected, value, options),
    apply: (model) =>
      model.values.get(name) === expected
        ? { model: withValue(model, name, value), result: true }
        : { model, result: false },
  };
};

const get: Chooser = (random) => {
  const name = random.pick(NAMES);
  return {
    text: `fields.get ${name}`,
    kind: 'read',
    // Value and blob are two reads, between which another call may replace both.
    needsTransaction: true,
    run: ({ fields }) => fields.get(name),
    apply: (model) => ({ model, result: model.values.get(name) }),
  };
};

const CHOOSERS: readonly (readonly [number, Chooser])[] = [
  [5, set],
  [2, remove],
  [2, compareAndSet],
  [3, get],
];

/** Sets, compares, reads and deletes fields, inline and in blobs that several of them share. */
export const fieldsWorkload: Workload<FieldsModel> = {
  name: 'fields',
  initial: { values: new Map(), blobs: new Map() },
  choose: (random, model, context) => random.weighted(CHOOSERS)(random, model, context),
  async read({ fields, blobs }) {
    const names = (await collect(fields.list())).map(({ fieldName }) => fieldName);
    const values = new Map<string, string>();
    for (const name of names) values.set(name, (await fields.readString(name)) ?? '');
    const listed = await collect(blobs.list());
    return { values, blobs: new Map(listed.map(({ digest, byteCount }) => [digest, byteCount])) };
  },
  keyCounts,
};
