// The process that serves the actor, and that the demo kills. It enqueues the orders, works them off as its own
// consumer, and acknowledges each by a line in a file, once its transaction has resolved.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { isKeyspaceError, openKeyspace } from 'actor-keyspace';
import { openLmdbStore } from 'actor-keyspace/stores/lmdb';
import { ACTOR_ID, enqueueOrders, processOrder } from './order-actor.mjs';
import { readOrders } from './records.mjs';

/**
 * @typedef {object} Task
 * @property {string} storePath
 * @property {string} acknowledgedPath
 * @property {number} count Orders to process.
 * @property {{ after: number, place: 'transaction' | 'acknowledgement' }} [kill] Where this process ends itself, once so
 * many orders are acknowledged.
 */

/** Orders under way at once: their transactions run one after the other and share commits. */
const UNDER_WAY_MAX = 128;
/** How soon the orders of a process that died are delivered again. */
const VISIBILITY_MS = 1_000;
/** Each of so many orders fails when it is delivered first. */
const FAILING = 50;

const task = /** @type {Task} */ (JSON.parse(/** @type {string} */ (process.argv[2])));
const orders = readOrders().slice(0, task.count);
const acknowledged = openSync(task.acknowledgedPath, 'a+');
const told = new Set(readFileSync(task.acknowledgedPath, 'utf8').split('\n').slice(0, -1).map(Number));

const keyspace = await openKeyspace({ store: await openLmdbStore({ path: task.storePath }) });
const actor = await keyspace.openActor(ACTOR_ID, { transactionWaitMsMax: 60_000 });

// What was done when the process before died, and not acknowledged any more.
for await (const { key } of actor.kv.scan({ prefix: 'order/' })) {
  acknowledge(Number(Buffer.from(key).toString().slice('order/'.length)));
}
await Promise.all([enqueueOrders(actor, orders), work()]);
await keyspace.close();
closeSync(acknowledged);

async function work() {
  while (told.size < orders.length) {
    const messages = await actor.queue.receive({
      count: UNDER_WAY_MAX,
      visibilityMs: VISIBILITY_MS,
      waitMs: VISIBILITY_MS,
    });
    await Promise.all(messages.map(consume));
  }
}

/** @param {import('actor-keyspace').ReceivedMessage} received */
async function consume(received) {
  const message = /** @type {import('actor-keyspace').ReceivedMessage<import('./order-actor.mjs').Body>} */ (
    received
  );
  const { index } = message.body;
  try {
    if (index % FAILING === 0 && message.deliveryCount === 1) {
      await message.nack({ delayMs: 5, reason: 'the client did not answer' });
      return;
    }
    await processOrder(actor, message, () => dieAt('transaction'));
  } catch (error) {
    // It took too long, and the order is delivered again.
    if (!isKeyspaceError(error, 'queue.lease_invalid')) throw error;
    return;
  }
  acknowledge(index);
  dieAt('acknowledgement');
}

/** @param {number} index */
function acknowledge(index) {
  if (told.has(index)) return;
  told.add(index);
  writeSync(acknowledged, `${index}\n`);
  tellProgress(told.size);
}

/** @param {'transaction' | 'acknowledgement'} place */
function dieAt(place) {
  // Nothing runs after this signal: no handler, no flush, no close.
  if (task.kill?.place === place && told.size > task.kill.after) process.kill(process.pid, 'SIGKILL');
}

/** @param {number} count */
function tellProgress(count) {
  const step = Math.max(1, Math.floor(orders.length / 10));
  if (count % step === 0) process.stdout.write(`  ${count.toLocaleString('en-US')} acknowledged\n`);
}
