import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fromHex, spacedHex } from '../../src/bytes/index.js';
import {
  actorState,
  decodeKey,
  decodeKeyspaceKey,
  keyspaceDue,
  kvEntry,
  queueMessage,
  queuePending,
  queueReadyByName,
  queueReserved,
  renderGeneratedParts,
  renderLayoutJson,
  renderMarkdownTables,
  sqliteChunk,
  traceChunk,
  workflowHistory,
  workflowReserved,
} from '../../src/layout/index.js';
import { pack, type TupleElement, tupleDouble, tupleFloat } from '../../src/tuple/index.js';
import { ALL_FAMILIES } from './support.js';

const document = readFileSync(new URL('../../KV_STRUCTURE.md', import.meta.url), 'utf8');

describe('KV_STRUCTURE.md', () => {
  test('is up to date: npm run docs:layout', () => {
    expect(renderGeneratedParts(document)).toBe(document);
  });

  test('has every generated part', () => {
    for (const part of Object.values(renderMarkdownTables())) expect(document).toContain(part);
    for (const { name, notation } of ALL_FAMILIES) {
      expect(document).toContain(`\`${name}\``);
      expect(document).toContain(`\`${notation}\``);
    }
  });

  test('has prose of at most 130 columns', () => {
    const lines = document.split('\n').filter((line) => !line.startsWith('|'));
    expect(lines.filter((line) => line.length > 130)).toEqual([]);
  });

  test('shows the ranges that families have', () => {
    const turn = (iteration: number): Uint8Array =>
      workflowHistory.encode({ location: [0, { loop: 0, iteration }] });
    const ranges = [
      actorState.range(),
      queueMessage.range(),
      queueMessage.range({ id: 5n }),
      queueReadyByName.range({ name: 'mail' }),
      {
        begin: queuePending.range().begin,
        end: queuePending.range({ availableAtMs: 6 }).begin,
      },
      queueReserved.range(),
      workflowReserved.range(),
      sqliteChunk.range({ fileTag: 0 }),
      {
        begin: sqliteChunk.encode({ fileTag: 0, chunkIndex: 4 }),
        end: sqliteChunk.range({ fileTag: 0 }).end,
      },
      traceChunk.range({ bucketStartSec: 3_600 }),
      workflowHistory.range({ location: [0] }),
      workflowHistory.rangeWithin({ location: [0] }),
      { begin: turn(0), end: turn(300) },
      kvEntry.range({ userKey: Uint8Array.of(0xff, 0xff) }),
      { begin: keyspaceDue.range().begin, end: keyspaceDue.range({ wakeAtMs: 5 }).end },
    ];
    for (const { begin, end } of ranges)
      expect(document).toContain(`| \`${spacedHex(begin)}\` | \`${spacedHex(end)}\` |`);
  });
});

describe('elements that KV_STRUCTURE.md shows', () => {
  test.each<[string, TupleElement]>([
    ['61 00', Uint8Array.of(0x61, 0)],
    ['"é"', 'é'],
    ['[null, 1]', [null, 1]],
    ['0', 0],
    ['256', 256],
    ['null', null],
    ['2^63', 2n ** 63n],
    ['2^64', 2n ** 64n],
    ['-256', -256],
    ['-2^64', -(2n ** 64n)],
    ['-1.5', tupleFloat(-1.5)],
    ['1.5', tupleDouble(1.5)],
    ['true', true],
  ])('%s', (name, element) => {
    expect(document).toContain(`| ${name}: \`${spacedHex(pack([element]))}\` |`);
  });
});

describe('renderGeneratedParts', () => {
  test('replaces what a hand has changed', () => {
    const changed = document.replace('| `04` | kv |', '| `0c` | kv |');
    expect(changed).not.toBe(document);
    expect(renderGeneratedParts(changed)).toBe(document);
  });

  test('refuses unknown, missing and repeated markers', () => {
    expect(() => renderGeneratedParts('')).toThrow(RangeError);
    expect(() => renderGeneratedParts(document.replace('generated:probes', 'generated:prose'))).toThrow(
      RangeError,
    );
    expect(() => renderGeneratedParts(document + document)).toThrow(RangeError);
  });
});

describe('layout.json', () => {
  const text = readFileSync(new URL('../../layout.json', import.meta.url), 'utf8');

  test('is up to date: npm run docs:layout', () => {
    expect(text).toBe(renderLayoutJson());
  });

  test('has examples that decode to what they say', () => {
    const { families } = JSON.parse(text) as {
      families: { name: string; partition: string; example: { keyHex: string; sentence: string } }[];
    };
    expect(families.map(({ name }) => name)).toEqual(ALL_FAMILIES.map(({ name }) => name));
    for (const { name, partition, example } of families) {
      const decode = partition === 'actor' ? decodeKey : decodeKeyspaceKey;
      expect(decode(fromHex(example.keyHex))).toMatchObject({ family: name, sentence: example.sentence });
    }
  });
});
