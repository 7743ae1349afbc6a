import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../src/bytes/index.js';
import { CBOR_DEPTH_MAX, decodeCbor, encodeCbor } from '../../src/values/index.js';
import { errorOf } from './support.js';

class Account {
  balance = 1;
}

const cyclic: Record<string, unknown> = {};
cyclic.parts = [{ whole: cyclic }];

const selfContained = new Map<string, unknown>();
selfContained.set('self', selfContained);

// biome-ignore lint/suspicious/noSparseArray: the hole is what is tested
const sparse = [1, , 3];

function nested(levels: number): unknown {
  let value: unknown = 'core';
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : new Map([['k', value]]);
  return value;
}

describe('what cannot be kept faithfully is refused, naming where it is', () => {
  test.each<[path: string, reason: string, value: unknown]>(
    (
      [
        [() => 1, '$', 'a function'],
        [Symbol('s'), '$', 'a symbol'],
        [{ items: [0, 1, 2, { callback() {} }] }, '$.items[3].callback', 'a function'],
        [{ 'two words': { é: Symbol.iterator } }, '$["two words"].é', 'a symbol'],
        [{ ['k'.repeat(60)]: Symbol.iterator }, `$["${'k'.repeat(40)}…"]`, 'a symbol'],
        [{ map: new Map([['a', new Map([[() => 1, 1]])]]) }, '$.map{0}.value{0}.key', 'a function'],
        [
          new Map<unknown, unknown>([
            ['a', 1],
            [1, () => 1],
          ]),
          `$${'{1}'}.value`,
          'a function',
        ],
        [new Map([[{ f() {} }, 1]]), `$${'{0}'}.key.f`, 'a function'],
        [{ set: new Set([1, () => 1]) }, '$.set{1}', 'a function'],
        [{ account: new Account() }, '$.account', 'an instance of another class'],
        [[new (class extends Map {})()], '$[0]', 'an instance of another class'],
        [[new (class extends Array {})()], '$[0]', 'an instance of another class'],
        [Object.create(Map.prototype), '$', 'an instance of another class'],
        [Object.create(Date.prototype), '$', 'an instance of another class'],
        [Object.create({ inherited: 1 }), '$', 'an instance of another class'],
        [new Error('failure'), '$', 'an instance of another class'],
        [/pattern/, '$', 'an instance of another class'],
        [Promise.resolve(1), '$', 'an instance of another class'],
        [new Float32Array(1), '$', 'an instance of another class'],
        [new DataView(new ArrayBuffer(1)), '$', 'an instance of another class'],
        [
          Object.defineProperty(new Float64Array(1), Symbol.toStringTag, { value: 'Uint8Array' }),
          '$',
          'a property that is a symbol',
        ],
        [new ArrayBuffer(1), '$', 'an instance of another class'],
        [new URL('http://localhost'), '$', 'an instance of another class'],
        [[new Number(1)], '$[0]', 'an instance of another class'],
        [cyclic, '$.parts[0].whole', 'a cycle'],
        [selfContained, `$${'{0}'}.value`, 'a cycle'],
        [sparse, '$[1]', 'a hole'],
        [[sparse], '$[0][1]', 'a hole'],
        [[1, 2].concat(new Array(3)), '$[2]', 'a hole'],
        // As many keys as elements, one of which is a hole.
        [Object.assign(sparse.slice(), { extra: 2 }), '$[1]', 'a hole'],
        [Object.assign([], { extra: 2 }), '$', 'a property beside the elements'],
        [Object.assign([1], { extra: 2 }), '$', 'a property beside the elements'],
        [[Object.assign(new Date(0), { extra: 2 })], '$[0]', 'a property beside the elements'],
        [Object.assign(new Map(), { extra: 2 }), '$', 'a property beside the elements'],
        [Object.assign(new Set(), { extra: 2 }), '$', 'a property beside the elements'],
        [{ a: { [Symbol.toStringTag]: 'x' } }, '$.a', 'a property that is a symbol'],
        [[new Date('-139038-09-05T21:09:14.114Z')], '$[0]', 'a date that seconds cannot tell from another'],
        [{ text: ['ok', 'bad \ud800'] }, '$.text[1]', 'a lone surrogate'],
        [{ 'bad \udc00': 1 }, '$["bad \\udc00"]', 'a lone surrogate'],
        [
          nested(CBOR_DEPTH_MAX + 1),
          `$${'[0]{0}.value'.repeat(CBOR_DEPTH_MAX / 2)}`,
          'deeper than 128 levels',
        ],
      ] as [unknown, string, string][]
    ).map(([value, path, reason]) => [path, reason, value]),
  )('%s is %s', (path, reason, value) => {
    const error = errorOf('value.unserialisable', () => encodeCbor(value));
    expect(error.details).toEqual({ path, reason });
    expect(error.message).toContain(path);
  });

  test('the deepest value that is accepted decodes', () => {
    const value = nested(CBOR_DEPTH_MAX);
    expect(decodeCbor(encodeCbor(value))).toStrictEqual(value);
    const date = { at: nested(CBOR_DEPTH_MAX - 1), when: [new Date(0)] };
    expect(decodeCbor(encodeCbor(date))).toStrictEqual(date);
  });

  test('one object in two places is no cycle', () => {
    const shared = { n: 1 };
    expect(decodeCbor(encodeCbor([shared, shared]))).toStrictEqual([{ n: 1 }, { n: 1 }]);
  });

  test('a getter that grows its array cannot make the bytes disagree with the length', () => {
    const list: unknown[] = [];
    list.push({
      get grow() {
        list.push('late');
        return 1;
      },
    });
    expect(decodeCbor(encodeCbor(list))).toStrictEqual([{ grow: 1 }]);
  });

  test('a sparse array is refused before it is copied: this one would not fit into any memory', () => {
    const details = { path: '$.array[0]', reason: 'a hole' };
    for (const array of [new Array(2 ** 32 - 1), Object.assign(new Array(2 ** 32 - 1), { 7: 1 })]) {
      expect(errorOf('value.unserialisable', () => encodeCbor({ array })).details).toEqual(details);
    }
  });

  test('a size of its own cannot make the bytes of a Map, Set or Date disagree with what it holds', () => {
    const size = { value: 7 };
    const map = Object.defineProperty(new Map([[1, 2]]), 'size', size);
    expect(decodeCbor(encodeCbor(map))).toStrictEqual(new Map([[1, 2]]));
    const set = Object.defineProperty(new Set([1]), 'size', size);
    expect(decodeCbor(encodeCbor(set))).toStrictEqual(new Set([1]));
    const date = Object.defineProperty(new Date(5_000), 'getTime', { value: () => 0 });
    expect(decodeCbor(encodeCbor(date))).toStrictEqual(new Date(5_000));
  });

  test('a Uint8Array of any kind stands for its bytes alone', () => {
    class Tagged extends Uint8Array {}
    const bytes = Uint8Array.of(1, 2);
    const bare = toHex(encodeCbor(bytes));
    for (const kin of [
      Buffer.from(bytes),
      new Tagged(bytes),
      Object.assign(Uint8Array.of(1, 2), { extra: 1, [Symbol('extra')]: 1 }),
      Object.defineProperty(Uint8Array.of(1, 2), Symbol.toStringTag, { value: 'Float64Array' }),
      runInNewContext('Uint8Array.of(1, 2)'),
    ]) {
      expect(toHex(encodeCbor(kin))).toBe(bare);
    }
  });

  test('a failed encoding leaves nothing behind for the next', () => {
    errorOf('value.unserialisable', () => encodeCbor([1, 2, () => 3]));
    expect(decodeCbor(encodeCbor('next'))).toBe('next');
  });
});
