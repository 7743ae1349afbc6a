import type { Random } from '../random.js';
import { collect } from '../simulation/collect.js';
import type { Operation, Workload, WorkloadContext } from '../simulation/workload.js';

/** Values by key, both text. */
export type KvModel = ReadonlyMap<string, string>;

type KvOperation = Operation<KvModel>;
type Chooser = (random: Random, model: KvModel, context: WorkloadContext) => KvOperation;

const KEYS = ['', 'a', 'ab', 'b', 'ba', '\u{10ffff}'];
const PREFIXES = ['', 'a', 'b', 'ab'];
const PADDING_MAX = 200;

const decoder = new TextDecoder();
const text = (bytes: Uint8Array | undefined) => bytes && decoder.decode(bytes);
const row = ({ key, value }: { key: Uint8Array; value: Uint8Array }) => [text(key), text(value)];

/** Uses and checks `actor.kv`: single keys, several at once, ranges, conditional writes, scans and pages. */
export const kvWorkload: Workload<KvModel> = {
  name: 'kv',
  initial: new Map(),
  choose: (random, model, context) => random.weighted(CHOOSERS)(random, model, context),
  async read({ kv }) {
    const entries = await collect(kv.scan());
    return new Map(entries.map(({ key, value }) => [text(key) as string, text(value) as string]));
  },
  keyCounts: (model) => ({ 4: model.size }),
};

function newValue(random: Random, context: WorkloadContext): string {
  const padding = random.chance(0.2) ? '.'.repeat(random.integer(PADDING_MAX)) : '';
  return `${context.unique()}${padding}`;
}

const set: Chooser = (random, _model, context) => {
  const key = random.pick(KEYS);
  const value = newValue(random, context);
  return {
    text: `kv.set ${key}=${value}`,
    kind: 'write',
    run: ({ kv }, options) => kv.set(key, value, options),
    apply: (model) => ({ model: new Map([...model, [key, value]]) }),
  };
};

const setMany: Chooser = (random, _model, context) => {
  const keys = random.shuffle(KEYS).slice(0, 1 + random.integer(3));
  const entries = keys.map((key) => [key, newValue(random, context)] as const);
  return {
    text: `kv.setMany ${entries.map((entry) => entry.join('=')).join(',')}`,
    kind: 'write',
    run: ({ kv }, options) => kv.setMany(entries, options),
    apply: (model) => ({ model: new Map([...model, ...entries]) }),
  };
};

const remove: Chooser = (random) => {
  const keys = random.shuffle(KEYS).slice(0, 1 + random.integer(2));
  const [key = ''] = keys;
  return {
    text: `kv.delete ${keys.join(',')}`,
    kind: 'write',
    neverGrows: true,
    run: ({ kv }, options) => (keys.length === 1 ? kv.delete(key, options) : kv.deleteMany(keys, options)),
    apply: (model) => ({ model: new Map([...model].filter(([other]) => !keys.includes(other))) }),
  };
};

const clear: Chooser = (random) => {
  const prefix = random.pick(PREFIXES);
  return {
    text: `kv.clear ${prefix}*`,
    kind: 'write',
    neverGrows: true,
    run: ({ kv }, options) => kv.clear({ prefix }, options),
    apply: (model) => ({ model: new Map([...model].filter(([key]) => !key.startsWith(prefix))) }),
  };
};

const compareAndSet: Chooser = (random, before, context) => {
  const key = random.pick(KEYS);
  const expected = random.chance(0.8) ? before.get(key) : 'something else';
  const value = random.chance(0.8) ? newValue(random, context) : undefined;
  return {
    text: `kv.compareAndSet ${key}: ${expected} to ${value}`,
    kind: 'update',
    run: ({ kv }, options) => kv.compareAndSet(key, expected, value, options),
    apply(model) {
      if (model.get(key) !== expected) return { model, result: false };
      const others = [...model].filter(([other]) => other !== key);
      return { model: new Map(value === undefined ? others : [...others, [key, value]]), result: true };
    },
  };
};

const get: Chooser = (random, _model, { synchronousReads }) => {
  const keys = random.shuffle(KEYS).slice(0, 1 + random.integer(KEYS.length));
  const [key = ''] = keys;
  const result = (model: KvModel) => keys.map((each) => model.get(each));
  const isSync = synchronousReads && random.chance(0.5);
  return {
    text: `kv.get ${keys.join(',')}${isSync ? ' sync' : ''}`,
    kind: 'read',
    async run({ kv }) {
      if (isSync) return kv.sync.getMany(keys).map(text);
      if (keys.length === 1) return [await kv.getText(key)];
      return (await kv.getMany(keys)).map(text);
    },
    apply: (model) => ({ model, result: result(model) }),
  };
};

const scan: Chooser = (random, _model, { synchronousReads }) => {
  const prefix = random.pick(PREFIXES);
  const reverse = random.chance(0.5);
  const limit = random.chance(0.5) ? random.integer(4) : undefined;
  const isSync = synchronousReads && random.chance(0.5);
  const options = { prefix, reverse, limit };
  return {
    text: `kv.scan ${prefix}*${reverse ? ' reverse' : ''} ${limit ?? 'all'}${isSync ? ' sync' : ''}`,
    kind: 'read',
    async run({ kv }) {
      const entries = isSync ? [...kv.sync.scan(options)] : await collect(kv.scan(options));
      return entries.map(row);
    },
    apply: (model) => ({ model, result: rows(model, prefix, reverse).slice(0, limit) }),
  };
};

const page: Chooser = (random) => {
  const prefix = random.pick(PREFIXES);
  const reverse = random.chance(0.5);
  const limit = 1 + random.integer(3);
  return {
    text: `kv.page ${prefix}*${reverse ? ' reverse' : ''} by ${limit}`,
    kind: 'read',
    needsTransaction: true,
    async run({ kv }) {
      const found = [];
      let cursor: string | undefined;
      do {
        const { entries, cursor: next } = await kv.page({ prefix, reverse, limit, cursor });
        found.push(...entries.map(row));
        cursor = next;
      } while (cursor !== undefined);
      return found;
    },
    apply: (model) => ({ model, result: rows(model, prefix, reverse) }),
  };
};

/** The keys are in the same order as text and as UTF-8. */
function rows(model: KvModel, prefix: string, reverse: boolean): [string, string][] {
  const selected = [...model].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));
  return reverse ? selected.reverse() : selected;
}

const CHOOSERS: readonly (readonly [number, Chooser])[] = [
  [6, set],
  [2, setMany],
  [2, remove],
  [1, clear],
  [3, compareAndSet],
  [3, get],
  [2, scan],
  [1, page],
];
