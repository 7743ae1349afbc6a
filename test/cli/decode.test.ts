import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodedLines, decodeInput } from '../../src/cli/decode.js';
import { InputError } from '../../src/cli/failure.js';
import { parseHex } from '../../src/cli/hex.js';
import { jsonLine } from '../../src/cli/output.js';
import {
  ACTOR_FAMILIES,
  encodeActorPartition,
  encodeKeyspacePartition,
  KEYSPACE_FAMILIES,
} from '../../src/layout/index.js';
import { hexBytes, STEERING, STEERING_CHARACTERS } from './support.js';

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

  test.each([
    ['05 0000000000000001', 'queue', 'layout0.queue.message'],
    ['06', 'queue', 'layout0.queue.metadata'],
    ['07 1501 16012c', 'workflow', 'layout0.workflow.name'],
    ['07 1502 14', 'workflow', 'layout0.workflow.history'],
    ['07 01 1501 14 14', 'traces', 'traces.chunk'],
    ['08 1501 160e10 14', 'traces', 'layout0.traces.chunk'],
    ['08 01 00 00', 'sqlite', 'sqlite.meta'],
    ['09 00 00', 'legacySqlite', 'layout0.sqlite.meta'],
  ])('%s is in the namespace that its layout has: %s', (hex, name, family) => {
    const decoded = decodeInput(hexBytes(hex), false);
    expect(decoded).toMatchObject({ family, namespace: { byte: Number.parseInt(hex, 16), name } });
    expect(decodedLines(decoded)).toContain(`  namespace       ${hex.slice(0, 2)} ${name}`);
  });

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

/** What is printed of an input, as text and as JSON, whether it is a key or not. */
function printed(input: string | Uint8Array, hasPartition: boolean): string[] {
  try {
    const bytes = typeof input === 'string' ? parseHex(input) : input;
    const decoded = decodeInput(bytes, hasPartition);
    return [...decodedLines(decoded), jsonLine(decoded)];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return [error.message, ...error.context];
  }
}

function assertHarmless(lines: readonly string[]): void {
  for (const line of lines) expect(line).not.toMatch(STEERING);
}

describe('no line can steer a terminal', () => {
  test('whatever bytes are named or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (bytes, hasPartition) => {
        assertHarmless(printed(bytes, hasPartition));
      }),
    );
  });

  test('whatever text is not hex', () => {
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom(...STEERING_CHARACTERS), fc.constantFrom('0', 'a', ' '), fc.string()),
    });
    fc.assert(fc.property(text, (input) => assertHarmless(printed(input, false))));
  });

  test.each(STEERING_CHARACTERS.map((character) => [jsonLine(character), character] as const))(
    'with %s in a user key, an id, a root or what is typed',
    (escaped, character) => {
      const key = Buffer.concat([Buffer.of(4), Buffer.from(`a${character}b`)]);
      assertHarmless(printed(key, false));
      assertHarmless(printed(`0401${character}z`, false));
      assertHarmless(printed(`04${character}`, false));
      if (character === '\0') return;
      const stored = encodeActorPartition(`a${character}b`, character);
      assertHarmless(printed(stored, true));
      const decoded = decodeInput(stored, true);
      expect(JSON.parse(jsonLine(decoded))).toEqual(decoded);
      expect(jsonLine(decoded)).toContain(`"root":${escaped}`);
    },
  );
});
