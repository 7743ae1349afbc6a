import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { COMMON_LIMITS } from '../../src/store/index.js';
import { EXPORT_FORMAT_VERSION, EXPORT_LINE_BYTES_MAX } from '../../src/transfer/index.js';
import { smallExport } from '../transfer/support.js';
import { codeBlocks, PROJECT, readProjectFile, relativeLinks, tableRows } from './support.js';

const DOCUMENT = readProjectFile('EXPORT.md');
const LINES = await smallExport();

test('the lines have the fields that EXPORT.md lists, in that order', () => {
  const rows = tableRows(DOCUMENT, 'line', 'fields, after "type"', 'how often');
  const fields = new Map(rows.map(([line, names]) => [line, names]));
  const seen = new Set<string>();
  for (const line of LINES) {
    const { type, ...rest } = JSON.parse(line);
    seen.add(type);
    expect(`${fields.get(type)}, check`).toBe(Object.keys(rest).join(', '));
  }
  expect(seen).toEqual(new Set(fields.keys()));
});

test('its example and its numbers are those of the source', () => {
  expect(codeBlocks(DOCUMENT, 'text')).toEqual([LINES[0]]);
  expect(DOCUMENT).toContain(`Format version ${EXPORT_FORMAT_VERSION}.`);
  for (const number of [EXPORT_LINE_BYTES_MAX, COMMON_LIMITS.keyBytesMax, COMMON_LIMITS.valueBytesMax]) {
    expect(DOCUMENT).toContain(`${number.toLocaleString('en-US')} bytes`);
  }
  expect(relativeLinks(DOCUMENT).filter((link) => !existsSync(new URL(link, PROJECT)))).toEqual([]);
});
