import fc from 'fast-check';
import { expect, test } from 'vitest';
import { concatBytes } from '../../src/bytes/index.js';
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

const TEXT_LENGTH = 4;
const TEXTS = 8 ** TEXT_LENGTH;
const USER_KEYS = 8 ** 2;
/** Every text, cut into root and actor at every place, with every user key. */
const TRIPLES = TEXT_LENGTH * TEXTS * USER_KEYS;

/** One character for each byte: half the memory of hex. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

/** Numbers triples without repetition, so that a fixed count covers as many. */
function triple(seed: number): Triple {
  const digit = (position: number): number => Math.floor(seed / 8 ** position) % 8;
  let text = '';
  for (let at = 0; at < TEXT_LENGTH; at++) text += CHARACTERS[digit(at)];
  const rootLength = Math.floor(seed / (TEXTS * USER_KEYS));
  const userKey = Uint8Array.of(BYTES[digit(TEXT_LENGTH)]!, BYTES[digit(TEXT_LENGTH + 1)]!);
  return { root: text.slice(0, rootLength), actorId: text.slice(rootLength), userKey };
}

test('no two of 1,048,576 triples of hostile bytes share a stored key, however they are cut', () => {
  const keys = new Set<string>();
  for (let seed = 0; seed < TRIPLES; seed++) keys.add(latin1(stored(triple(seed))));
  expect(TRIPLES).toBeGreaterThanOrEqual(1_000_000);
  expect(keys.size).toBe(TRIPLES);
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
