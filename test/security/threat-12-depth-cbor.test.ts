import { expect, test } from 'vitest';
import { CBOR_DEPTH_MAX, decodeCbor, encodeCbor } from '../../src/values/index.js';
import { errorOf } from '../values/support.js';

/** One level of each kind of container, around whatever follows. */
const LEVELS = { array: '81', object: 'a16161', set: 'd9010281', map: 'd90103a100', mapKey: 'd90103a1' };

test.each(Object.entries(LEVELS))(
  'a megabyte of nested %s is refused where the limit is passed',
  (_kind, level) => {
    const bytes = Buffer.from(level.repeat(Math.ceil(1_000_000 / (level.length / 2))), 'hex');
    const { details } = errorOf('value.malformed', () => decodeCbor(bytes));
    // The offset shows that the megabyte behind the limit was never read.
    expect(details.byteOffset).toBeGreaterThanOrEqual(CBOR_DEPTH_MAX);
    expect(details.byteOffset).toBeLessThan((CBOR_DEPTH_MAX + 1) * (level.length / 2));
    expect(details.reason).toContain(`${CBOR_DEPTH_MAX}`);
  },
);

test.each(['c1', 'c2', 'd840', 'd90102', 'd90103', 'd81c'])(
  'a megabyte of tags %s is refused at once',
  (tag) => {
    const bytes = Buffer.from(tag.repeat(1_000_000 / (tag.length / 2)), 'hex');
    expect(errorOf('value.malformed', () => decodeCbor(bytes)).details.byteOffset).toBeLessThan(4);
  },
);

test('a value nested a million deep is refused', () => {
  let value: unknown = 'core';
  for (let level = 0; level < 1_000_000; level++) value = level % 2 === 0 ? [value] : { a: value };
  const { details } = errorOf('value.unserialisable', () => encodeCbor(value));
  expect(details.reason).toBe(`deeper than ${CBOR_DEPTH_MAX} levels`);
});
