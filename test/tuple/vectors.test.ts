import { describe, expect, test } from 'vitest';
import { compareBytes, fromHex, strinc, toHex } from '../../src/bytes/index.js';
import { isKeyspaceError } from '../../src/errors.js';
import { pack, packWithVersionstamp, readElement, tupleRange, unpack } from '../../src/tuple/index.js';
import { compareTuples } from './order.js';
import { type CompleteVector, isIncomplete, toElements, tupleVectors } from './vectors.js';

const GROUPS = {
  spec: 3,
  int: 92,
  bigint: 96,
  float: 15,
  double: 20,
  string: 11,
  bytes: 20,
  misc: 1,
  uuid: 2,
  versionstamp: 1,
  nested: 10,
  shape: 5,
  random: 84,
};

const complete = tupleVectors.vectors.filter((vector): vector is CompleteVector => !isIncomplete(vector));
const incomplete = tupleVectors.vectors.filter(isIncomplete);

test('every vector is in a group checked here', () => {
  expect(tupleVectors.vectors).toHaveLength(365);
  expect(complete).toHaveLength(360);
  expect(incomplete).toHaveLength(5);
  expect(Object.values(GROUPS).reduce((sum, count) => sum + count)).toBe(360);
  expect(new Set(tupleVectors.vectors.map((vector) => vector.id)).size).toBe(365);
});

describe.each(Object.entries(GROUPS))('%s vectors', (group, count) => {
  const vectors = complete.filter((vector) => vector.group === group);

  test(`all ${count} pack to their bytes`, () => {
    expect(vectors).toHaveLength(count);
    for (const { id, tuple, hex } of vectors) expect(toHex(pack(toElements(tuple))), id).toBe(hex);
  });

  test(`all ${count} unpack to their elements`, () => {
    for (const { id, tuple, hex } of vectors) expect(unpack(fromHex(hex)), id).toEqual(toElements(tuple));
  });

  test(`all ${count} read one element at a time`, () => {
    for (const { id, tuple, hex } of vectors) {
      const bytes = fromHex(hex);
      let offset = 0;
      for (const element of toElements(tuple)) {
        const { value, end } = readElement(bytes, offset);
        expect(value, id).toEqual(element);
        offset = end;
      }
      expect(offset, id).toBe(bytes.length);
    }
  });

  test(`all ${count} have their range`, () => {
    for (const { id, tuple, range } of vectors) {
      const { begin, end } = tupleRange(toElements(tuple));
      expect({ begin: toHex(begin), end: toHex(end) }, id).toEqual(range);
    }
  });
});

test('incomplete versionstamps pack only with an offset, and are not accepted back', () => {
  for (const { id, tuple, hex, prefix, hexWithPrefix, hexWithVersionstamp, offset } of incomplete) {
    const elements = toElements(tuple);
    expect(() => pack(elements), id).toThrow(TypeError);
    expect(() => tupleRange(elements), id).toThrow(TypeError);
    const packed = packWithVersionstamp(elements);
    expect(toHex(packed), id).toBe(hexWithVersionstamp);
    expect(new DataView(packed.buffer).getUint32(packed.length - 4, true), id).toBe(offset);
    expect(toHex(packWithVersionstamp(elements, fromHex(prefix))), id).toBe(hexWithPrefix);
    expect(() => unpack(fromHex(hex)), id).toThrow(/incomplete/);
  }
});

test('byte order and tuple order are the order of the vectors', () => {
  const byId = new Map(complete.map((vector) => [vector.id, vector]));
  const ordered = tupleVectors.order.map((id) => byId.get(id)!);
  expect(ordered).toHaveLength(359);
  expect(ordered).not.toContain(undefined);
  let equalPairs = 0;
  for (const [i, vector] of ordered.entries()) {
    const previous = ordered[i - 1];
    if (previous === undefined) continue;
    const [before, after] = [toElements(previous.tuple), toElements(vector.tuple)];
    const expected = previous.hex === vector.hex ? 0 : -1;
    if (expected === 0) equalPairs++;
    expect(compareBytes(pack(before), pack(after)), `${previous.id} < ${vector.id}`).toBe(expected);
    expect(compareTuples(before, after), `${previous.id} < ${vector.id}`).toBe(expected);
  }
  expect(equalPairs).toBe(3);
});

test('what has no encoding is refused', () => {
  expect(tupleVectors.encodeErrors).toHaveLength(4);
  for (const { id, tuple, expect: expected } of tupleVectors.encodeErrors) {
    expect(expected).toBe('error');
    expect(() => packWithVersionstamp(toElements(tuple)), id).toThrow(RangeError);
    expect(() => pack(toElements(tuple)), id).toThrow(/surrogate|255 bytes|incomplete/);
  }
});

test.each([
  ['malformed', 27],
  ['non-canonical', 8],
] as const)('%s bytes are refused', (name, count) => {
  expect(tupleVectors.decode).toHaveLength(35);
  const vectors = tupleVectors.decode.filter((vector) => vector.class === name);
  expect(vectors).toHaveLength(count);
  for (const { id, hex, why } of vectors) {
    const bytes = fromHex(hex);
    for (const decode of [() => unpack(bytes), () => readElement(bytes, 0)]) {
      expect(decode, `${id}: ${why}`).toThrow(
        expect.toSatisfy((error) => isKeyspaceError(error, 'tuple.malformed')),
      );
    }
  }
});

test('strinc', () => {
  expect(tupleVectors.strinc).toHaveLength(17);
  for (const { hex, strinc: next } of tupleVectors.strinc) {
    if (next === null) expect(() => strinc(fromHex(hex)), hex).toThrow(RangeError);
    else expect(toHex(strinc(fromHex(hex))), hex).toBe(next);
  }
});
