import { expect, test } from 'vitest';
import { concatBytes } from '../../src/bytes/index.js';
import { isKeyspaceError } from '../../src/errors.js';
import { ACTOR_FAMILIES, decodeKey, type KeyFormat } from '../../src/layout/index.js';

/** Families that a key beginning with these two bytes may be of. */
function familiesOf(first: number, second: number): Set<string> {
  const isPossible = ({ prefix, fields }: KeyFormat<object>): boolean =>
    prefix[0] === first && (prefix.length === 1 ? fields.length > 0 : prefix[1] === second);
  return new Set(ACTOR_FAMILIES.filter(isPossible).map(({ name }) => name));
}

/** What follows the first two bytes of some real key, so that a lenient decoder would find something. */
const tails = [
  new Uint8Array(0),
  Uint8Array.of(0),
  ...ACTOR_FAMILIES.flatMap((family) => {
    const key = family.encode(family.example);
    return [key.subarray(1), key.subarray(2)];
  }),
];

function decoded(key: Uint8Array): string {
  try {
    return decodeKey(key).family;
  } catch (error) {
    if (isKeyspaceError(error, 'key.malformed')) return 'refused';
    throw error;
  }
}

test('every namespace and version byte that is not known is refused, all 65,536 pairs with real tails', () => {
  const accepted = new Set<number>();
  const strangers: string[] = [];
  for (let first = 0; first < 256; first++) {
    for (let second = 0; second < 256; second++) {
      const possible = familiesOf(first, second);
      // Where nothing is possible each pair has one tail of all in turn: refusals cost time.
      const own = tails[(first * 256 + second) % tails.length]!;
      for (const tail of possible.size > 0 ? tails : [tails[0]!, own]) {
        const family = decoded(concatBytes(Uint8Array.of(first, second), tail));
        if (family === 'refused') continue;
        accepted.add(first * 256 + second);
        if (!possible.has(family)) strangers.push(`${first} ${second} ${family}`);
      }
    }
  }
  expect(strangers).toEqual([]);
  const versioned = [...accepted].filter((pair) => pair >> 8 !== 2 && pair >> 8 !== 4);
  expect(versioned.map((pair) => pair.toString(16).padStart(4, '0'))).toEqual([
    '0001',
    '0500',
    '0501',
    '0601',
    '0701',
    '0715',
    '0801',
    '0815',
    '0900',
    '0901',
    '0a01',
    '0b01',
  ]);
});

test('alone, only the bytes that are whole keys are keys', () => {
  const keys = Array.from({ length: 256 }, (_, first) => decoded(Uint8Array.of(first)));
  const accepted = keys.flatMap((family, first) => (family === 'refused' ? [] : [[first, family]]));
  expect(accepted).toEqual([
    [1, 'state'],
    [2, 'connection'],
    [3, 'inspectorToken'],
    [4, 'kv.entry'],
    [6, 'layout0.queue.metadata'],
  ]);
});

test('nothing encodes to an unknown namespace or version', () => {
  for (const family of ACTOR_FAMILIES) {
    const key = family.encode(family.example);
    expect(key[0]).toBe(family.namespace);
    if (family.layoutVersion !== undefined) expect(key[1]).toBe(1);
  }
});
