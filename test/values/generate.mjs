// Writes the TypeScript codecs of the `.bare` schemas in src/values/schemas beside them. With --check it
// writes nothing and fails if a committed file differs or has no schema.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from '@bare-ts/tools';

const folder = fileURLToPath(new URL('../../src/values/schemas/', import.meta.url));

// 64-bit integers become numbers that are refused beyond 2^53, except here, where more of u64 is used.
const bigintSchemas = new Set(['queue-metadata-v4', 'trace-chunk-v1', 'trace-index-v1']);

function generate(name) {
  const code = transform(readFileSync(join(folder, `${name}.bare`), 'utf8'), {
    generator: 'ts',
    lib: true,
    useSafeInt: !bigintSchemas.has(name),
    useUndefined: true,
  })
    // The project's stricter runtime, and an index that noUncheckedIndexedAccess accepts.
    .replace('"@bare-ts/lib"', '"../bare.js"')
    .replaceAll('x[i]', 'x[i]!');
  return `// Generated from ${name}.bare by \`npm run generate\`; not to be edited.\n${code}`;
}

const names = (ending) =>
  readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length));

const schemas = names('.bare');
if (process.argv.includes('--check')) {
  const stale = schemas.filter((name) => {
    try {
      return readFileSync(join(folder, `${name}.generated.ts`), 'utf8') !== generate(name);
    } catch {
      return true;
    }
  });
  stale.push(...names('.generated.ts').filter((name) => !schemas.includes(name)));
  if (stale.length > 0) {
    console.error(`run "npm run generate": ${stale.join(', ')}`);
    process.exitCode = 1;
  }
} else {
  for (const name of schemas) writeFileSync(join(folder, `${name}.generated.ts`), generate(name));
}
