import { inspect } from 'node:util';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { type ErrorCode, type ErrorDetails, isKeyspaceError, KeyspaceError } from '../src/errors.js';

const TOO_LARGE = new KeyspaceError('key.too_large', 'key has 2 bytes, the store allows 1', {
  keyBytes: 2,
  keyBytesMax: 1,
});

describe('isKeyspaceError', () => {
  test('tells by the code, if one is given', () => {
    expect(isKeyspaceError(TOO_LARGE)).toBe(true);
    expect(isKeyspaceError(TOO_LARGE, 'key.too_large')).toBe(true);
    expect(isKeyspaceError(TOO_LARGE, 'key.empty')).toBe(false);
    for (const other of [new Error('x'), { ...TOO_LARGE }, null, undefined]) {
      expect(isKeyspaceError(other)).toBe(false);
    }
  });

  test('gives the details their type, by the code asked for or compared later', () => {
    const error: unknown = TOO_LARGE;
    if (!isKeyspaceError(error)) throw error;
    expectTypeOf(error.code).toEqualTypeOf<ErrorCode>();
    // @ts-expect-error Not every error has it.
    void error.details.keyBytes;
    if (error.code !== 'key.too_large') throw error;
    expectTypeOf(error.details).toEqualTypeOf<ErrorDetails['key.too_large']>();
    expect(error.details.keyBytes).toBe(2);

    const same: unknown = TOO_LARGE;
    if (!isKeyspaceError(same, 'key.too_large')) throw same;
    expectTypeOf(same).toEqualTypeOf<KeyspaceError<'key.too_large'>>();
    expect(same.details.keyBytesMax).toBe(1);
  });

  test('leaves a switch over the codes with the details of each', () => {
    const words = (error: unknown): string => {
      if (!isKeyspaceError(error)) return 'other';
      switch (error.code) {
        case 'key.too_large':
          return `${error.details.keyBytes} bytes`;
        case 'store.corrupt':
        case 'store.not_recognised':
          return error.details.path;
        default:
          return error.code;
      }
    };
    expect(words(TOO_LARGE)).toBe('2 bytes');
    expect(words(new KeyspaceError('store.corrupt', 'x', { path: 'p', reason: 'r' }))).toBe('p');
    expect(words(new KeyspaceError('actor.closed', 'x', {}))).toBe('actor.closed');
  });
});

test('an error carries its code and details, and its name as errors of the language do', () => {
  expect(Object.keys(TOO_LARGE).sort()).toEqual(['code', 'details']);
  expect(TOO_LARGE.name).toBe('KeyspaceError');
  expect(String(TOO_LARGE)).toBe('KeyspaceError: key has 2 bytes, the store allows 1');
  expect(inspect(TOO_LARGE)).toMatch(/^KeyspaceError: key has 2 bytes/);
  const cause = new Error('why');
  expect(new KeyspaceError('actor.closed', 'x', {}, { cause }).cause).toBe(cause);
  expect(new KeyspaceError('actor.closed', 'x', {})).not.toHaveProperty('cause');
});
