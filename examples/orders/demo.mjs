// Processes a public data set through one actor, kills the process hard on the way, and proves that nothing
// acknowledged was lost or repeated. Run it with: npm run demo
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ACTOR_ID } from './order-actor.mjs';
import { readOrders } from './records.mjs';
import { verify } from './verify.mjs';

const USAGE = 'usage: npm run demo -- [--records <1000 to 10000>] [--path <a new folder, which is kept>]';
const WORKER = fileURLToPath(new URL('./worker.mjs', import.meta.url));
const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** @type {import('node:child_process').ChildProcess | undefined} */
let child;

const { count, folder, isKept } = readArguments();
for (const [signal, exitCode] of /** @type {const} */ ([
  ['SIGINT', 130],
  ['SIGTERM', 143],
])) {
  process.once(signal, () => {
    child?.kill('SIGKILL');
    cleanUp();
    process.exit(exitCode);
  });
}
try {
  await demonstrate();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  cleanUp();
}

async function demonstrate() {
  const startedAtMs = performance.now();
  const orders = readOrders().slice(0, count);
  const storePath = join(folder, 'store');
  const acknowledgedPath = join(folder, 'acknowledged.txt');

  console.log(
    `${number(orders.length)} wildlife strike reports received by the U.S. FAA (vega-datasets, birdstrikes.csv).`,
  );
  console.log(
    'Each is one order to settle: the operator of the aircraft is the client, the cost the amount.',
  );
  console.log(`Actor "${ACTOR_ID}" on LMDB in ${storePath}: through its queue, one transaction per order.\n`);

  /** @type {readonly import('./worker.mjs').Task['kill'][]} */
  const kills = [
    { after: Math.floor(orders.length / 3), place: 'transaction' },
    { after: Math.floor((2 * orders.length) / 3), place: 'acknowledgement' },
  ];
  for (const kill of kills) {
    const ended = await runWorker({ storePath, acknowledgedPath, count, kill });
    if (ended !== 'SIGKILL') throw new Error(`the worker was to be killed, but ended with ${ended}`);
    const { acknowledged, stored, queued, problems } = await verify(storePath, acknowledgedPath, orders);
    assertNone(problems);
    const where =
      kill?.place === 'transaction' ? 'half-way through a transaction' : 'with more orders under way';
    console.log(`  ✗ killed (SIGKILL) ${where}`);
    console.log(
      `  ↻ reopened: ${number(acknowledged)} acknowledged, all there;` +
        ` ${number(stored - acknowledged)} more durable, not yet acknowledged; ${number(queued)} in the queue\n`,
    );
  }
  const ended = await runWorker({ storePath, acknowledgedPath, count });
  if (ended !== 0) throw new Error(`the worker failed: ${ended}`);

  const findings = await verify(storePath, acknowledgedPath, orders);
  if (findings.queued > 0) throw new Error(`${findings.queued} orders are still in the queue`);
  console.log(`\n$ actor-keyspace tree ${storePath} --limit 4`);
  await runCli(['tree', storePath, '--limit', '4'], 'inherit');
  const totals = await readTotals(storePath);

  const { acknowledged, stored, clients, costUsd, lost, repeated, problems } = findings;
  assertNone([
    ...problems,
    ...(acknowledged === orders.length
      ? []
      : [`${acknowledged} of ${orders.length} orders were acknowledged`]),
    // A layout header, a usage record and a state record besides, and of the queue its metadata and state.
    ...(totals.keys === stored + clients + 5 ? [] : [`the keyspace has ${totals.keys} keys`]),
    ...(totals.malformedKeys + totals.corruptValues === 0
      ? []
      : ['the keyspace holds keys that do not decode']),
  ]);
  const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1);
  console.log(`
records        ${number(orders.length)}
kills          ${kills.length}
acknowledged   ${number(acknowledged)}
failed once    ${number(Math.ceil(orders.length / 50))}, delivered again
lost           ${number(lost)}
repeated       ${number(repeated)}
clients        ${number(clients)}, accounts as recomputed from the data set
amount         $${number(costUsd)}, as recomputed from the data set
keys           ${number(totals.keys)}, every one decoded
time           ${seconds} s`);
  if (isKept) console.log(`kept           ${folder}`);
}

/** @param {readonly string[]} problems */
function assertNone(problems) {
  if (problems.length > 0) throw new Error(`\nDISCREPANCY: ${problems.join('; ')}`);
}

/**
 * @param {import('./worker.mjs').Task} task
 * @returns {Promise<number | string>} The exit code, or the signal that ended it.
 */
function runWorker(task) {
  return runNode([WORKER, JSON.stringify(task)], 'inherit').ended;
}

/**
 * @param {readonly string[]} args
 * @param {'inherit' | 'pipe'} stdout
 */
async function runCli(args, stdout) {
  const { ended, output } = runNode([CLI, ...args], stdout);
  const exit = await ended;
  if (exit !== 0) throw new Error(`actor-keyspace ${args[0]} failed: ${exit}`);
  return output();
}

/** @param {string} storePath */
async function readTotals(storePath) {
  const lines = (await runCli(['tree', storePath, '--json', '--limit', '0'], 'pipe')).trimEnd().split('\n');
  return /** @type {{ keys: number, malformedKeys: number, corruptValues: number }} */ (
    JSON.parse(lines.at(-1) ?? '{}')
  );
}

/**
 * @param {readonly string[]} args
 * @param {'inherit' | 'pipe'} stdout
 */
function runNode(args, stdout) {
  const started = spawn(process.execPath, args, { stdio: ['ignore', stdout, 'inherit'] });
  child = started;
  let output = '';
  started.stdout?.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  /** @type {Promise<number | string>} */
  const ended = new Promise((onEnd, onError) => {
    started.on('error', onError);
    started.on('close', (code, signal) => onEnd(signal ?? code ?? 0));
  });
  return { ended, output: () => output };
}

function readArguments() {
  const allOrders = readOrders().length;
  try {
    const { values } = parseArgs({ options: { records: { type: 'string' }, path: { type: 'string' } } });
    const count = Number(values.records ?? allOrders);
    if (!Number.isInteger(count) || count < 1_000 || count > allOrders)
      throw new Error('--records is out of range');
    if (values.path === undefined) {
      return { count, folder: mkdtempSync(join(tmpdir(), 'actor-keyspace-orders-')), isKept: false };
    }
    const folder = resolve(values.path);
    if (existsSync(folder) && readdirSync(folder).length > 0) throw new Error(`${folder} is not empty`);
    mkdirSync(folder, { recursive: true });
    return { count, folder, isKept: true };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    process.exit(2);
  }
}

function cleanUp() {
  if (!isKept) rmSync(folder, { recursive: true, force: true });
}

/** @param {number} value */
function number(value) {
  return value.toLocaleString('en-US');
}
