import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const folder = new URL('../../src/values/schemas/', import.meta.url);

/** SHA-256 of what each file defines, without comments and spacing: a published schema is never edited. */
const PUBLISHED = {
  'actor-v1': '61b22d63c1cfa96d',
  'actor-v2': '5bab753f07cdacbc',
  'actor-v3': '1465baad6a755311',
  'blob-descriptor-v1': '9ffb9a99d18ec847',
  'blob-pass-v1': 'b665f0e342c40ddb',
  'blob-reference-v1': '99450801b4e64368',
  'blob-retirement-v1': 'a5cddecbe8fecd7e',
  'blob-root-v1': '72d3aaf908697213',
  'blob-upload-v1': '6163832fbe5ccb9e',
  'field-v1': '7bd4b96dfd8e5ca8',
  'connection-v3': '086f2fe469652597',
  'file-meta-v1': '16b0ea5ec4afbf89',
  'import-marker-v1': 'd6b0c16f2f1c6a48',
  'usage-v1': '86576a40c896162e',
  'wake-v1': '8bde259fb4448aa9',
  'layout-header-v1': 'fcdfefb9e2a7c3f7',
  'queue-dead-letter-v1': 'dd9b95ebdad65cf6',
  'queue-idempotency-v1': '8d85f204bb168d3b',
  'queue-pending-v1': '9c104f227cffa834',
  'queue-quarantine-v1': 'f0459f231c6aa66d',
  'queue-response-v1': '9d898bd13a5b465e',
  'queue-state-v1': 'ae42cff035c26f2d',
  'queue-message-v4': '0cfdbb5bdd45bc6a',
  'queue-metadata-v4': '293a0fb9b8ec0606',
  'trace-chunk-v1': '8e0c9468e0b59235',
  'trace-chunk-v2': 'd498632aa8fd2c78',
  'trace-index-v1': '2a1344d574ea001f',
  'workflow-entry-metadata-v1': 'bbcd10bcb9394230',
  'workflow-entry-v1': '5676dd7f141f94c2',
  'workflow-message-v1': '16b01de500927115',
};

test('published schemas are unedited', () => {
  const schemas = readdirSync(folder).filter((file) => file.endsWith('.bare'));
  const hashes = schemas.map((file) => {
    const definition = readFileSync(new URL(file, folder), 'utf8')
      .replace(/#.*$/gm, '')
      .replace(/\s+/g, ' ')
      .trim();
    return [
      file.slice(0, -'.bare'.length),
      createHash('sha256').update(definition).digest('hex').slice(0, 16),
    ];
  });
  expect(Object.fromEntries(hashes)).toEqual(PUBLISHED);
});

test('the committed codecs are what their schemas generate', () => {
  const script = fileURLToPath(new URL('generate.mjs', import.meta.url));
  execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' });
});
