import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/index.js';
import {
  decodeKey,
  decodeKeyspaceKey,
  keyspaceDue,
  kvEntry,
  queueMessage,
  renderGeneratedParts,
  renderLayoutJson,
  renderMarkdownTables,
  sqliteChunk,
  traceChunk,
  workflowHistory,
} from '../../src/layout/index.js';
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

  test('shows the ranges that families have', () => {
    const turn = (iteration: number): Uint8Array =>
      workflowHistory.encode({ location: [0, { loop: 0, iteration }] });
    const ranges = [
      queueMessage.range(),
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
    const spaced = (bytes: Uint8Array): string => toHex(bytes).replace(/..(?=.)/g, '$& ');
    for (const { begin, end } of ranges)
      expect(document).toContain(`| \`${spaced(begin)}\` | \`${spaced(end)}\` |`);
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
