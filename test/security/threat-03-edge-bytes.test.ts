import { expect, test } from 'vitest';
import { compareBytes, startsWith, toHex } from '../../src/bytes/index.js';
import { pack, type TupleElement, tupleRange, unpack } from '../../src/tuple/index.js';
import { compareTuples } from '../tuple/order.js';

/** Every string of up to three characters whose bytes touch the escape, the terminator and the ends. */
const texts = strings(['\0', '\u0001', 'a', '\uffff']);
const byteStrings = strings(['\0', '\u0001', '\u00fe', '\u00ff']).map((text) => Buffer.from(text, 'latin1'));

function strings(characters: readonly string[]): string[] {
  const byLength = [['']];
  for (let length = 1; length <= 3; length++) {
    byLength.push(byLength[length - 1]!.flatMap((start) => characters.map((end) => start + end)));
  }
  return byLength.flat();
}

const elements: TupleElement[] = [
  null,
  ...texts,
  ...byteStrings.map((bytes) => new Uint8Array(bytes)),
  [],
  [null],
  [null, null],
  [[]],
  [''],
  ['\0'],
  0,
  1,
  -1,
  255,
  256,
  -255,
  -256,
];

test('elements of edge bytes are kept exactly, apart from each other and in order', () => {
  const tuples = elements.map((element) => [element]);
  for (const tuple of tuples) expect(unpack(pack(tuple))).toEqual(tuple);
  const byBytes = [...tuples].sort((a, b) => compareBytes(pack(a), pack(b)));
  expect(byBytes).toEqual([...tuples].sort(compareTuples));
  expect(new Set(tuples.map((tuple) => toHex(pack(tuple)))).size).toBe(elements.length);
});

test('pairs of edge strings never share a key with another split of the same characters', () => {
  const keys = new Set<string>();
  for (const first of texts) for (const second of texts) keys.add(toHex(pack([first, second])));
  expect(keys.size).toBe(texts.length ** 2);
});

test('the range of a tuple leaves out the keys that only share its bytes', () => {
  const singles = elements.map((element) => pack([element]));
  let sharedBytes = 0;
  for (const element of elements) {
    const packed = pack([element]);
    const { begin, end } = tupleRange([element]);
    const within = (key: Uint8Array) => compareBytes(begin, key) <= 0 && compareBytes(key, end) < 0;
    expect(singles.filter(within)).toEqual([]);
    expect(elements.filter((other) => !within(pack([element, other])))).toEqual([]);
    sharedBytes += singles.filter((key) => key.length > packed.length && startsWith(key, packed)).length;
  }
  // Such as 'a' and 'a\0b': a prefix range would have mixed these up.
  expect(sharedBytes).toBeGreaterThan(100);
});
