import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex } from '../../src/bytes/index.js';
import { classifyLayout, isLayout0QueueMetadata, LAYOUT_PROBES } from '../../src/layout/index.js';
import { ACTOR_ONLY, fieldsOf, inRange } from './support.js';

const METADATA = fromHex('0400010000000000000000000000');

describe('isLayout0QueueMetadata', () => {
  test('knows payload version 4 of 14 bytes', () => {
    expect(isLayout0QueueMetadata(METADATA)).toBe(true);
  });

  test.each([
    ['too short', METADATA.subarray(0, 13)],
    ['too long', fromHex('040001000000000000000000000000')],
    ['another version', fromHex('0300010000000000000000000000')],
    ['a version of two bytes', fromHex('0401010000000000000000000000')],
    ['an alarm record', fromHex('01000057788d9c010000')],
    ['empty', new Uint8Array(0)],
  ])('%s is none', (_what, value) => {
    expect(isLayout0QueueMetadata(value)).toBe(false);
  });
});

describe('probes', () => {
  test.each(
    ACTOR_ONLY.filter(({ namespace }) => namespace !== 0).map((family) => ({ name: family.name, family })),
  )('find keys of $name exactly if they tell the layouts apart', ({ family }) => {
    fc.assert(
      fc.property(fieldsOf(family), (fields) => {
        const key = family.encode(fields);
        const found = LAYOUT_PROBES.filter(({ range }) => inRange(key, range)).map(({ layout }) => layout);
        expect(found).toEqual(family.layouts.length === 1 ? family.layouts : []);
      }),
      { numRuns: 50 },
    );
  });

  test('only key 06 needs a look at its value', () => {
    for (const { notation, isEvidence } of LAYOUT_PROBES) {
      expect(isEvidence(METADATA)).toBe(true);
      expect(isEvidence(new Uint8Array(3))).toBe(notation !== '06');
    }
    expect(LAYOUT_PROBES.map(({ notation }) => notation)).toEqual([
      '05 00…',
      '06',
      '07 15…',
      '08 15…',
      '09…',
      '05 01…',
      '06 01…',
      '07 01…',
      '08 01…',
      '0a…',
      '0b…',
    ]);
  });
});

test('classifyLayout', () => {
  expect(classifyLayout([])).toBe(undefined);
  expect(classifyLayout([0, 0])).toBe(0);
  expect(classifyLayout(new Set([1] as const))).toBe(1);
  expect(classifyLayout([0, 1, 0])).toBe('mixed');
  expect(classifyLayout([1, 0])).toBe('mixed');
});

test('ranges of probes are new each time', () => {
  const before = LAYOUT_PROBES.map(({ range }) => [...range.begin, ...range.end]);
  for (const { range } of LAYOUT_PROBES) for (const bound of [range.begin, range.end]) bound.fill(0);
  expect(LAYOUT_PROBES.map(({ range }) => [...range.begin, ...range.end])).toEqual(before);
});
