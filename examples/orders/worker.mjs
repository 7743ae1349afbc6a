// The process that serves the actor, and that the demo kills. It gets its orders in the order of their index and
// acknowledges each by a line in a file, once its transaction has resolved.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { openKeyspace } from 'actor-keyspace';
import { openLmdbStore } from 'actor-keyspace/stores/lmdb';
import { ACTOR_ID, processOrder } from './order-actor.mjs';
import { readOrders } from './records.mjs';

/**
 * @typedef {object} Task
 * @property {string} storePath
 * @property {string} acknowledgedPath
 * @property {number} count Orders to process.
 * @property {{ index: number, place: 'transaction' | 'acknowledgement' }} [kill] Where this process ends itself.
 */

/** Orders under way at once: their transactions run one after the other and share commits. */
const UNDER_WAY_MAX = 128;

const task = /** @type {Task} */ (JSON.parse(/** @type {string} */ (process.argv[2])));
const orders = readOrders().slice(0, task.count);
const acknowledged = openSync(task.acknowledgedPath, 'a+');
// Acknowledgements are written in the order of the index, so their number is the first index without one.
const first = readFileSync(task.acknowledgedPath, 'utf8').split('\n').length - 1;

const keyspace = await openKeyspace({ store: await openLmdbStore({ path: task.storePath }) });
const actor = await keyspace.openActor(ACTOR_ID);

let next = first;
await Promise.all(Array.from({ length: UNDER_WAY_MAX }, work));
await keyspace.close();
closeSync(acknowledged);

async function work() {
  while (next < orders.length) {
    const index = next++;
    const order = /** @type {import('./records.mjs').Order} */ (orders[index]);
    await processOrder(actor, index, order, () => dieIf(index, 'transaction'));
    writeSync(acknowledged, `${index}\n`);
    tellProgress(index + 1);
    dieIf(index, 'acknowledgement');
  }
}

/**
 * @param {number} index
 * @param {'transaction' | 'acknowledgement'} place
 */
function dieIf(index, place) {
  // Nothing runs after this signal: no handler, no flush, no close.
  if (task.kill?.index === index && task.kill.place === place) process.kill(process.pid, 'SIGKILL');
}

/** @param {number} count */
function tellProgress(count) {
  const step = Math.max(1, Math.floor(orders.length / 10));
  if (count % step === 0) process.stdout.write(`  ${count.toLocaleString('en-US')} acknowledged\n`);
}
