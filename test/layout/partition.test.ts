import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/index.js';
import { isKeyspaceError, type KeyspaceError } from '../../src/errors.js';
import {
  ACTOR_ID_BYTES_MAX,
  decodePartition,
  encodeActorPartition,
  encodeKeyspacePartition,
  encodeRoot,
  ROOT_BYTES_MAX,
} from '../../src/layout/index.js';
import * as store from '../../src/store/index.js';
import { actorIds, mutate } from './support.js';

const roots = fc.string({ unit: 'binary', maxLength: 5 }).map((text) => text.replaceAll('\0', 'x'));

function idError(actorId: string): KeyspaceError<'actor.id_invalid'> {
  try {
    encodeActorPartition(actorId);
  } catch (error) {
    if (isKeyspaceError(error, 'actor.id_invalid')) return error;
    throw error;
  }
  throw new Error('not refused');
}

test('limits are those of the stores', () => {
  expect(ACTOR_ID_BYTES_MAX).toBe(store.ACTOR_ID_BYTES_MAX);
  expect(ROOT_BYTES_MAX).toBe(store.ROOT_BYTES_MAX);
});

test('partitions round trip, and every store takes them', () => {
  fc.assert(
    fc.property(actorIds, roots, (actorId, root) => {
      const actor = encodeActorPartition(actorId, root);
      const keyspace = encodeKeyspacePartition(root);
      expect(decodePartition(actor)).toEqual({ root, actorId });
      expect(decodePartition(keyspace)).toEqual({ root, keyspace: true });
      for (const partition of [actor, keyspace]) expect(() => store.assertPartition(partition)).not.toThrow();
    }),
    { numRuns: 1_000 },
  );
});

test('bytes', () => {
  expect(toHex(encodeActorPartition('a'))).toBe('026100');
  expect(toHex(encodeActorPartition('a', ''))).toBe('026100');
  expect(toHex(encodeActorPartition('a', 'eu'))).toBe('01657500026100');
  expect(toHex(encodeKeyspacePartition())).toBe('14');
  expect(toHex(encodeKeyspacePartition('eu'))).toBe('0165750014');
  expect(toHex(encodeRoot())).toBe('');
  expect(toHex(encodeRoot(''))).toBe('');
});

test('damaged partitions are refused, or are other partitions', () => {
  fc.assert(
    fc.property(actorIds, roots, fc.nat(4), fc.nat(), fc.nat(255), (actorId, root, kind, at, byte) => {
      const damaged = mutate(encodeActorPartition(actorId, root), kind, at, byte);
      let decoded: ReturnType<typeof decodePartition>;
      try {
        decoded = decodePartition(damaged);
      } catch (error) {
        if (!isKeyspaceError(error, 'key.malformed')) throw error;
        expect(error.details.keyHex).toBe(toHex(damaged));
        return;
      }
      const again =
        decoded.actorId === undefined
          ? encodeKeyspacePartition(decoded.root)
          : encodeActorPartition(decoded.actorId, decoded.root);
      expect(toHex(again)).toBe(toHex(damaged));
    }),
    { numRuns: 5_000 },
  );
});

test.each([
  ['nothing', ''],
  ['an empty root', '010014'],
  ['a root alone', '016100'],
  ['two roots', '01610001620014'],
  ['a root with NUL', '016100ff620014'],
  ['a root that is not UTF-8', '01ff0014'],
  ['a root of 23 bytes', `01${'61'.repeat(21)}0014`],
  ['an empty id', '0200'],
  ['an id with NUL', '026100ff6200'],
  ['an id of 257 bytes', `02${'61'.repeat(255)}00`],
  ['an id without end', '0261'],
  ['bytes after an id', '02610000'],
  ['bytes after the keyspace', '1414'],
  ['another integer', '1500'],
])('%s is no partition', (_what, hex) => {
  let thrown: unknown;
  try {
    decodePartition(fromHex(hex));
  } catch (error) {
    thrown = error;
  }
  expect(isKeyspaceError(thrown, 'key.malformed')).toBe(true);
});

test.each([
  ['', 0, 'neither a root, an actor nor the keyspace'],
  ['1501', 0, 'neither a root, an actor nor the keyspace'],
  ['0161001501', 3, 'neither an actor nor the keyspace'],
  ['016100', 3, 'neither an actor nor the keyspace'],
  ['010014', 0, 'not a root'],
  [`01${'61'.repeat(21)}0014`, 0, 'root has 23 bytes, the limit is 22'],
  ['0200', 0, 'actor id is empty'],
  ['016100026100ff6200', 3, 'actor id holds a NUL'],
  [`02${'61'.repeat(255)}00`, 0, 'actor id takes 257 bytes encoded, the limit is 256'],
  ['0261', 2, 'a string has no terminator'],
  ['1414', 1, 'bytes after the end of the partition'],
])('%s is refused at %i: %s', (hex, byteOffset, reason) => {
  expect(() => decodePartition(fromHex(hex))).toThrow(
    expect.objectContaining({ code: 'key.malformed', details: { keyHex: hex, byteOffset, reason } }),
  );
});

test('what is handed out is new each time', () => {
  encodeKeyspacePartition().fill(0xff);
  expect(decodePartition(Uint8Array.of(0x14))).toEqual({ root: '', keyspace: true });
  expect(toHex(encodeKeyspacePartition('eu'))).toBe('0165750014');
});

describe('actor ids', () => {
  test('of up to 256 encoded bytes are accepted', () => {
    expect(encodeActorPartition('x'.repeat(254))).toHaveLength(256);
    expect(encodeActorPartition('ü'.repeat(127))).toHaveLength(256);
    expect(encodeActorPartition('x'.repeat(254), 'r'.repeat(20))).toHaveLength(278);
  });

  test.each([
    ['x'.repeat(255), 257],
    ['ü'.repeat(128), 258],
    ['😀'.repeat(64), 258],
    ['x'.repeat(10_000), 10_002],
    ['\0'.repeat(10_000), 10_002],
  ])('longer ones are refused with their size and without being quoted', (actorId, actorIdBytes) => {
    const error = idError(actorId);
    expect(error.details).toMatchObject({ actorIdBytes, actorIdBytesMax: 256 });
    expect(error.message).toContain(`${actorIdBytes} bytes`);
    expect(error.message.length).toBeLessThan(100);
    expect(JSON.stringify(error.details).length).toBeLessThan(200);
  });

  test.each(['', '\0', 'a\0', '\0a', 'a\0b', '\ud800', 'a\udc00', '\udc00\ud800'])(
    '%j is refused',
    (actorId) => {
      const error = idError(actorId);
      expect(error.details.reason).not.toBe('');
      expect(error.details.actorIdBytes).toBe(undefined);
    },
  );

  test('of another type are a TypeError', () => {
    for (const stranger of [undefined, null, 1, 1n, ['a'], new Uint8Array(1), new String('a')]) {
      expect(() => encodeActorPartition(stranger as never)).toThrow(TypeError);
    }
  });

  test('are not normalised', () => {
    expect(toHex(encodeActorPartition('\u00fc'))).not.toBe(toHex(encodeActorPartition('u\u0308')));
  });
});

describe('roots', () => {
  test('of up to 22 encoded bytes are accepted', () => {
    expect(encodeRoot('r'.repeat(20))).toHaveLength(22);
  });

  test.each(['r'.repeat(21), 'ü'.repeat(11), 'a\0', '\0', '\ud800', 'r'.repeat(100_000)])(
    'others are a RangeError',
    (root) => {
      expect(() => encodeRoot(root)).toThrow(RangeError);
      expect(() => encodeActorPartition('a', root)).toThrow(RangeError);
      expect(() => encodeKeyspacePartition(root)).toThrow(RangeError);
    },
  );

  test('of another type are a TypeError', () => {
    for (const stranger of [null, 0, false, 1, new Uint8Array(1)]) {
      expect(() => encodeRoot(stranger as never)).toThrow(TypeError);
      expect(() => encodeActorPartition('a', stranger as never)).toThrow(TypeError);
    }
  });
});
