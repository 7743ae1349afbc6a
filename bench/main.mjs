// @ts-check
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { GOALS } from './goals.mjs';
import { areaNames, importArea, runArea } from './harness/areas.mjs';
import { HELP, readArguments } from './harness/arguments.mjs';
import { temporaryFolder } from './harness/folder.mjs';
import { unmeasured } from './harness/goals.mjs';
import { currentCommit, describeMachine, installedVersions } from './harness/machine.mjs';
import { Random } from './harness/random.mjs';
import { toJson, verdict } from './harness/report.mjs';
import { resultTable } from './harness/table.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const SEED = 1;
setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');

const SETTINGS = {
  sampleMs: 50,
  warmUpMs: 200,
  warmUpCalls: 3_000,
  warmUpMsMax: 2_000,
  clocks: {
    elapsed: () => performance.now(),
    processor: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e3;
    },
  },
  collectGarbage: () => gc({ type: 'minor' }),
};
const QUICK_SETTINGS = { ...SETTINGS, sampleMs: 10, warmUpMs: 50, warmUpMsMax: 500 };

/** Paths are meant from where npm was called, not from this folder. */
const CALLED_FROM = process.env.INIT_CWD ?? process.cwd();

const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(HERE, 'package.json'), 'utf8'));
const REFERENCES = [...Object.keys(dependencies), ...Object.keys(optionalDependencies), 'lmdb', 'fdb-tuple'];

/** @param {import('./harness/arguments.mjs').Arguments} options */
async function run({ areas, quick, rounds, json = join(HERE, 'results', 'latest.json'), folder = tmpdir() }) {
  const settings = { ...(quick ? QUICK_SETTINGS : SETTINGS), rounds };
  const startedAt = new Date();
  const machine = describeMachine();
  const workplace = temporaryFolder(resolve(CALLED_FROM, folder));
  /** @type {import('./harness/goals.mjs').Result[]} */
  const results = [];
  for (const name of areas) {
    const area = await importArea(name);
    const context = { folder: mkdtempSync(join(workplace, `${name}-`)), quick, random: new Random(SEED) };
    const found = await runArea(name, area, context, settings, GOALS, (progress) =>
      console.error(`  ${progress}`),
    );
    rmSync(context.folder, { recursive: true, force: true });
    results.push(...found);
    console.log(`\n${name}: ${area.title}\n\n${resultTable(found)}`);
    for (const line of area.summary?.(found) ?? []) console.log(line);
  }
  const missing = unmeasured(GOALS, areas, results);
  console.log(`\n${verdict(results, missing)}`);

  const report = {
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    machine,
    commit: currentCommit(HERE),
    versions: installedVersions(REFERENCES, import.meta.url),
    seed: SEED,
    quick,
    rounds,
    results: results.map(toJson),
    unmeasured: missing,
  };
  const path = resolve(CALLED_FROM, json);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
  console.error(`Every sample is in ${path}.`);
}

/** @param {string} message */
function refuse(message) {
  console.error(message);
  process.exitCode = 2;
}

/** @returns {import('./harness/arguments.mjs').Arguments | undefined} */
function options() {
  try {
    return readArguments(process.argv.slice(2), areaNames());
  } catch (error) {
    refuse(/** @type {Error} */ (error).message);
    return undefined;
  }
}

const given = options();
const installed = installedVersions(REFERENCES, import.meta.url);
const absent = Object.keys(dependencies).filter((name) => installed[name] === undefined);
if (given?.help === true) console.log(HELP + areaNames().join(', '));
else if (given !== undefined && absent.length > 0) {
  refuse(`The benchmarks need ${absent.join(', ')}. Run: npm --prefix bench install`);
} else if (given !== undefined) await run(given);
