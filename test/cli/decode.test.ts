import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodedLines, decodeInput } from '../../src/cli/decode.js';
import { InputError } from '../../src/cli/failure.js';
import {
  ACTOR_FAMILIES,
  encodeActorPartition,
  encodeKeyspacePartition,
  KEYSPACE_FAMILIES,
} from '../../src/layout/index.js';
import { hexBytes } from './support.js';

function failure(hex: string, hasPartition: boolean): InputError {
  try {
    decodeInput(hexBytes(hex), hasPartition);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a key', () => {
  test.each(ACTOR_FAMILIES.map((family) => [family.name, family] as const))(
    'of %s is named',
    (name, family) => {
      const decoded = decodeInput(family.encode(family.example), false);
      expect(decoded.family).toBe(name);
      expect(decoded.namespace?.byte).toBe(family.namespace);
      expect(decodedLines(decoded).join('\n')).toContain(decoded.sentence);
      expect(JSON.parse(JSON.stringify(decoded))).toEqual(decoded);
    },
  );

  test('that is none is refused at the byte', () => {
    const { message, context } = failure('08 01 01 09 00000007', false);
    expect(message).toBe('key.malformed: byte 3: byte 9 is not from 0 to 3');
    expect(context).toEqual(['  08 01 01 09 00 00 00 07', '           ^^']);
  });

  test('of a user is quoted where it is readable text', () => {
    expect(decodeInput(hexBytes('04 6869'), false).sentence).toBe('User key "hi".');
    expect(decodeInput(hexBytes('04 00ff'), false).sentence).toBe('User key 00ff.');
    expect(decodeInput(hexBytes('04 1b5b'), false).sentence).toBe('User key 1b5b.');
  });
});

describe('a stored key', () => {
  test.each(KEYSPACE_FAMILIES.map((family) => [family.name, family] as const))(
    'of %s is named',
    (name, family) => {
      const stored = Buffer.concat([encodeKeyspacePartition('eu'), family.encode(family.example)]);
      expect(decodeInput(stored, true)).toMatchObject({
        partition: { root: 'eu', keyspace: true },
        family: name,
      });
    },
  );

  test('begins with its partition', () => {
    const partition = encodeActorPartition('alice', 'eu');
    const decoded = decodeInput(Buffer.concat([partition, hexBytes('01')]), true);
    expect(decoded).toMatchObject({ partition: { root: 'eu', actorId: 'alice' }, family: 'state' });
    expect(decodedLines(decoded).join('\n')).toContain('actor           "alice"');
  });

  test('may be the partition alone', () => {
    expect(decodeInput(encodeActorPartition('alice'), true)).toEqual({
      hex: '02616c69636500',
      partition: { root: '', actorId: 'alice' },
    });
  });

  test('is refused at the byte counted from its beginning', () => {
    expect(failure('02616c69636500 050102', true).message).toMatch(/^key\.malformed: byte 10: /);
    expect(failure('026100 63', true).message).toMatch(/^key\.malformed: byte 3: /);
    expect(failure('0261', true).message).toMatch(/^key\.malformed: byte 2: /);
    expect(failure('ff', true).message).toMatch(/^key\.malformed: byte 0: /);
  });
});

test('any bytes are named or refused, and no line can steer a terminal', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (bytes, hasPartition) => {
      let lines: readonly string[];
      try {
        lines = decodedLines(decodeInput(bytes, hasPartition));
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        lines = [error.message, ...error.context];
      }
      for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u);
    }),
  );
});
