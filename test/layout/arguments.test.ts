import { describe, expect, test } from 'vitest';
import { isKeyspaceError } from '../../src/errors.js';
import {
  blobChunk,
  connection,
  keyspaceDue,
  kvEntry,
  layout0QueueMessage,
  queueMessage,
  sqliteChunk,
  traceChunk,
  workflowField,
  workflowHistory,
} from '../../src/layout/index.js';
import { ALL_FAMILIES } from './support.js';

const NOT_WHOLE = [Number.NaN, Number.POSITIVE_INFINITY, -1, -0, 0.5, 2 ** 53];

describe('numbers outside their domain', () => {
  test.each(NOT_WHOLE)('%s', (value) => {
    expect(() => sqliteChunk.encode({ fileTag: 0, chunkIndex: value })).toThrow(RangeError);
    expect(() => sqliteChunk.encode({ fileTag: value, chunkIndex: 0 })).toThrow(RangeError);
    expect(() => traceChunk.encode({ bucketStartSec: value, chunkId: 0 })).toThrow(RangeError);
    expect(() => traceChunk.encode({ bucketStartSec: 0, chunkId: value })).toThrow(RangeError);
    expect(() => workflowHistory.encode({ location: [value] })).toThrow(RangeError);
    expect(() => workflowHistory.encode({ location: [{ loop: value, iteration: 0 }] })).toThrow(RangeError);
    expect(() => workflowHistory.encode({ location: [{ loop: 0, iteration: value }] })).toThrow(RangeError);
    expect(() => keyspaceDue.encode({ wakeAtMs: value, actorId: 'a' })).toThrow(RangeError);
  });

  test('just beyond', () => {
    expect(() => sqliteChunk.encode({ fileTag: 4, chunkIndex: 0 })).toThrow(RangeError);
    expect(() => sqliteChunk.encode({ fileTag: 0, chunkIndex: 2 ** 32 })).toThrow(RangeError);
    expect(() => workflowField.encode({ field: 0 })).toThrow(RangeError);
    expect(() => workflowField.encode({ field: 5 })).toThrow(RangeError);
    expect(() => queueMessage.encode({ id: 2n ** 64n })).toThrow(RangeError);
    expect(() => queueMessage.encode({ id: -1n })).toThrow(RangeError);
    expect(() => layout0QueueMessage.encode({ id: 2n ** 56n })).toThrow(RangeError);
    expect(() => blobChunk.encode({ digest: new Uint8Array(31), chunkIndex: 0 })).toThrow(RangeError);
    expect(() => blobChunk.encode({ digest: new Uint8Array(33), chunkIndex: 0 })).toThrow(RangeError);
  });
});

describe('values of another type', () => {
  const STRANGERS: readonly unknown[] = [undefined, null, '1', true, {}, Symbol('s'), () => 1];

  const FAMILIES = ALL_FAMILIES.filter(({ fields }) => fields.length > 0);

  test.each(FAMILIES.map((family) => ({ name: family.name, family })))('$name', ({ family }) => {
    for (const { name, type } of family.fields) {
      for (const stranger of [...STRANGERS, 1, 1n, new Uint8Array(32), ['x'], 'x']) {
        if (/utf8|string|text/.test(type) && typeof stranger === 'string') continue;
        if (/bytes/.test(type) && stranger instanceof Uint8Array) continue;
        if (/^u8|u32be|integer|time/.test(type) && typeof stranger === 'number') continue;
        if (/u64be$|u56be/.test(type) && typeof stranger === 'bigint') continue;
        if (/elements/.test(type) && Array.isArray(stranger)) continue;
        const fields = { ...family.example, [name]: stranger };
        expect(() => family.encode(fields), `${name} ${typeof stranger}`).toThrow(TypeError);
        expect(() => family.encodeInto(fields, new Uint8Array(600), 0)).toThrow(TypeError);
      }
    }
  });

  test('keys to decode', () => {
    for (const family of ALL_FAMILIES) {
      for (const stranger of [undefined, null, '01', [1], new ArrayBuffer(1), new Uint16Array(1)]) {
        expect(() => family.decode(stranger as never)).toThrow(TypeError);
      }
    }
  });
});

test('text with a lone surrogate is refused, and not part of the message', () => {
  for (const text of ['\ud800', 'a\udfffb', '\udc00\ud800']) {
    expect(() => connection.encode({ connectionId: text })).toThrow(RangeError);
    expect(() => connection.range({ connectionId: text })).toThrow(RangeError);
  }
});

test('an actor id in a key obeys the rules of actor ids', () => {
  for (const actorId of ['', 'a\0b', '\ud800', 'x'.repeat(255)]) {
    let thrown: unknown;
    try {
      keyspaceDue.encode({ wakeAtMs: 0, actorId });
    } catch (error) {
      thrown = error;
    }
    expect(isKeyspaceError(thrown, 'actor.id_invalid')).toBe(true);
  }
});

test('arrays that were given are not kept', () => {
  const userKey = Uint8Array.of(1, 2);
  const key = kvEntry.encode({ userKey });
  userKey.fill(9);
  expect([...key]).toEqual([4, 1, 2]);
});
