import fc from 'fast-check';
import { expect, test } from 'vitest';
import { concatBytes, toHex } from '../../src/bytes/index.js';
import { decodeKey, decodePartition, encodeActorPartition, kvEntry } from '../../src/layout/index.js';
import { partitionLength } from '../../src/store/index.js';

/** Characters whose bytes are type codes, terminators, escapes or namespaces. */
const CHARACTERS = ['\u0001', '\u0002', '\u0004', '\u0005', '\u0014', '\u0015', 'a', '\u00ff'];
const BYTES = [0x00, 0x01, 0x02, 0x04, 0x14, 0x15, 0x61, 0xff];

interface Triple {
  readonly root: string;
  readonly actorId: string;
  readonly userKey: Uint8Array;
}

function stored({ root, actorId, userKey }: Triple): Uint8Array {
  return concatBytes(encodeActorPartition(actorId, root), kvEntry.encode({ userKey }));
}

/** Numbers without repetition, so that a fixed count covers as many triples. */
function triple(seed: number): Triple {
  const digit = (position: number): number => Math.floor(seed / 8 ** position) % 8;
  const rootLength = Math.floor(seed / 8 ** 5) % 3;
  const text = (from: number, length: number): string =>
    Array.from({ length }, (_, index) => CHARACTERS[digit(from + index)]).join('');
  const userKey = Uint8Array.of(BYTES[digit(3)]!, BYTES[digit(4)]!);
  return rootLength === 0
    ? { root: '', actorId: text(0, 3), userKey }
    : { root: text(0, rootLength), actorId: text(rootLength, 3 - rootLength), userKey };
}

test('no two of 98,304 triples of hostile bytes share a stored key, however they are cut', () => {
  const keys = new Set<string>();
  const triples = 3 * 8 ** 5;
  for (let seed = 0; seed < triples; seed++) keys.add(toHex(stored(triple(seed))));
  expect(keys.size).toBe(triples);
});

test('a stored key gives back root, actor and user key exactly', () => {
  const hostile = (size: { minLength?: number; maxLength: number }): fc.Arbitrary<string> =>
    fc.string({ unit: fc.constantFrom(...CHARACTERS, 'x', '😀'), ...size });
  const triples = fc.record({
    root: hostile({ maxLength: 5 }),
    actorId: hostile({ minLength: 1, maxLength: 20 }),
    userKey: fc.array(fc.constantFrom(...BYTES), { maxLength: 12 }).map((bytes) => Uint8Array.from(bytes)),
  });
  fc.assert(
    fc.property(triples, (input) => {
      const bytes = stored(input);
      const length = partitionLength(bytes);
      const { root, actorId } = decodePartition(bytes.subarray(0, length));
      const { family, fields } = decodeKey(bytes.subarray(length));
      expect(family).toBe('kv.entry');
      expect({ root, actorId, ...fields }).toEqual(input);
    }),
    { numRuns: 5_000 },
  );
});

test('an id that spells a component with its NULs is refused', () => {
  expect(() => encodeActorPartition('x\0\u0002admin')).toThrow('NUL');
  expect(() => encodeActorPartition('admin', 'x\0\u0002')).toThrow('NUL');
});

test('a root never looks like an actor, nor an actor like a root', () => {
  for (const name of CHARACTERS) {
    expect(decodePartition(encodeActorPartition(name))).toEqual({ root: '', actorId: name });
    expect(decodePartition(encodeActorPartition(name, name))).toEqual({ root: name, actorId: name });
  }
});
