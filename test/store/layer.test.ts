import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareBytes, toHex } from '../../src/bytes/index.js';
import { COMMON_LIMITS, commitBytes, inRange, type KeyRange } from '../../src/store/index.js';
import { keyId } from '../../src/store/key-id.js';
import { Layer } from '../../src/store/layer.js';
import { ScanMerge } from '../../src/store/scan-merge.js';

const limits = { ...COMMON_LIMITS, commitBytesMax: 1_000_000 };
const key = fc
  .uint8Array({ minLength: 1, maxLength: 3 })
  .map((raw) => raw.map((byte) => [0, 1, 97, 255][byte % 4] as number));
const range: fc.Arbitrary<KeyRange> = fc.record({ begin: key, end: fc.option(key, { nil: undefined }) });
const operation = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('set' as const), key, value: fc.uint8Array({ maxLength: 2 }) }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('delete' as const), key }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('clearRange' as const), range }) },
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;
type Model = Map<string, string>;

function apply(layer: Layer, step: Operation): void {
  if (step.type === 'set') layer.set(step.key, step.value, limits);
  else if (step.type === 'delete') layer.delete(step.key, limits);
  else layer.clearRange(step.range);
}

function applyToModel(model: Model, step: Operation): void {
  if (step.type === 'set') model.set(toHex(step.key), toHex(step.value));
  else if (step.type === 'delete') model.delete(toHex(step.key));
  else {
    for (const hex of model.keys()) if (inRange(Buffer.from(hex, 'hex'), step.range)) model.delete(hex);
  }
}

function build(steps: readonly Operation[]): Layer {
  const layer = new Layer();
  for (const step of steps) apply(layer, step);
  return layer;
}

function expected(model: Model, within: KeyRange, reverse: boolean): [string, string][] {
  const rows = [...model].filter(([hex]) => inRange(Buffer.from(hex, 'hex'), within));
  rows.sort(([a], [b]) => compareBytes(Buffer.from(a, 'hex'), Buffer.from(b, 'hex')));
  return reverse ? rows.reverse() : rows;
}

describe('layers', () => {
  test('several layers over a store read as the writes applied in order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(operation, { maxLength: 8 }), { minLength: 1, maxLength: 4 }),
        range,
        fc.boolean(),
        fc.option(fc.nat(6), { nil: undefined }),
        ([first = [], ...layered], within, reverse, limit) => {
          const model: Model = new Map();
          for (const step of first) applyToModel(model, step);
          const below = expected(model, within, reverse);
          const layers = layered.map(build);
          for (const step of layered.flat()) applyToModel(model, step);

          const merge = ScanMerge.ofEntries(layers, within, { reverse, limit });
          const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
          const stored = below.map(([hex, value]) => ({ key: bytesOf(hex), value: bytesOf(value) }));
          const rows = [...merge.over(stored.slice(0, merge.storeOptions.limit))].map((entry) => [
            toHex(entry.key),
            toHex(entry.value),
          ]);
          expect(rows).toEqual(expected(model, within, reverse).slice(0, limit));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('absorbing a layer equals writing its writes, and its store writes replay to the same state', () => {
    fc.assert(
      fc.property(
        fc.array(operation, { maxLength: 12 }),
        fc.array(operation, { maxLength: 12 }),
        key,
        (first, second, probe) => {
          const direct = build([...first, ...second]);
          const absorbed = build(first);
          absorbed.absorb(build(second));
          expect(absorbed.lookup(keyId(probe))).toEqual(direct.lookup(keyId(probe)));
          const model: Model = new Map([['61', 'aa']]);
          const replayed: Model = new Map(model);
          for (const step of [...first, ...second]) applyToModel(model, step);
          const writes = absorbed.writes(new Uint8Array());
          for (const write of writes) applyToModel(replayed, write as Operation);
          expect(replayed).toEqual(model);
          expect(absorbed.bytes).toBe(commitBytes(writes));
          const sets = writes.filter(({ type }) => type === 'set');
          expect(absorbed.setCount).toBe(sets.length);
          expect(absorbed.setBytes).toBe(commitBytes(sets));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('a scan under way does not see later writes', () => {
    const layer = build([{ type: 'set', key: Uint8Array.of(1), value: Uint8Array.of(1) }]);
    const merge = ScanMerge.ofEntries([layer], { begin: new Uint8Array() }, {});
    layer.clearRange({ begin: new Uint8Array() });
    layer.set(Uint8Array.of(2), Uint8Array.of(2), limits);
    const stored = { key: Uint8Array.of(0), value: Uint8Array.of(0) };
    expect([...merge.over([stored])].map((entry) => entry.key[0])).toEqual([0, 1]);
  });
});
