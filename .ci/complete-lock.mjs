// Adds to package-lock.json the optional packages of other platforms that npm left out because it could not fetch
// them. `npm ci` refuses a lock without them, on every platform. Run it after changing dependencies, with the folder
// if it is not this one: node .ci/complete-lock.mjs bench
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'win32'];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

const lockPath = join(process.argv[2] ?? '.', 'package-lock.json');
const lock = JSON.parse(readFileSync(lockPath, 'utf8'));
const { packages } = lock;
const added = [];

for (const [path, { optionalDependencies = {} }] of Object.entries(packages)) {
  const names = Object.keys(optionalDependencies);
  const listed = names.map((name) => packages[`node_modules/${name}`]).find((entry) => entry?.os);
  for (const name of names) {
    if (packages[`node_modules/${name}`] || packages[`${path}/node_modules/${name}`]) continue;
    packages[`node_modules/${name}`] = platformEntry(name, optionalDependencies[name], listed);
    added.push(name);
  }
}

lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en')));
writeFileSync(lockPath, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added.length === 0 ? 'Nothing was missing.' : `Added ${added.join(', ')}.`);

/** As npm writes it, but without the integrity of what could not be fetched; the rest is as for a listed platform. */
function platformEntry(name, version, listed) {
  const words = name.split('/').at(-1).split('-');
  const os = SYSTEMS.filter((system) => words.includes(system));
  const cpu = PROCESSORS.filter((processor) => words.includes(processor));
  if (listed === undefined || os.length !== 1 || cpu.length !== 1 || !/^\d+\.\d+\.\d+$/.test(version)) {
    throw new Error(`cannot tell the platform of ${name}@${version}`);
  }
  const { dev, license, engines } = listed;
  return { version, cpu, dev, libc: libcOf(words), license, optional: true, os, engines };
}

function libcOf(words) {
  if (words.some((word) => word.startsWith('musl'))) return ['musl'];
  return words.some((word) => word.startsWith('gnu')) ? ['glibc'] : undefined;
}
