// Brings KV_STRUCTURE.md and layout.json up to date with the declarations of the built package.
import { readFileSync, writeFileSync } from 'node:fs';
import { renderGeneratedParts, renderLayoutJson } from 'actor-keyspace/layout';

const document = new URL('../../KV_STRUCTURE.md', import.meta.url);
const registry = new URL('../../layout.json', import.meta.url);

writeFileSync(document, renderGeneratedParts(readFileSync(document, 'utf8')));
writeFileSync(registry, renderLayoutJson());
