import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { openKeyspace } from 'actor-keyspace';
import { openLmdbStore } from 'actor-keyspace/stores/lmdb';
import { ACTOR_ID, orderKey, readLedger } from './order-actor.mjs';

/**
 * What the store holds, compared with the data set itself.
 *
 * @typedef {object} Findings
 * @property {number} acknowledged Orders acknowledged, each counted once.
 * @property {number} stored Orders in the store.
 * @property {number} queued Orders that are still to be processed.
 * @property {number} clients
 * @property {number} costUsd The ledger's total.
 * @property {number} lost Acknowledged orders that are not in the store as they were sent.
 * @property {number} repeated Orders acknowledged or counted more than once.
 * @property {string[]} problems Everything that does not add up; empty if all is well.
 */

/**
 * @param {string} storePath
 * @param {string} acknowledgedPath
 * @param {readonly import('./records.mjs').Order[]} orders All that were sent.
 * @returns {Promise<Findings>}
 */
export async function verify(storePath, acknowledgedPath, orders) {
  const store = await openLmdbStore({ path: storePath, readOnly: true });
  const keyspace = await openKeyspace({ store });
  try {
    const actor = await keyspace.openActor(ACTOR_ID, { readOnly: true });
    return await compare(actor, readAcknowledged(acknowledgedPath), orders);
  } finally {
    await keyspace.close();
  }
}

/** @param {string} path */
function readAcknowledged(path) {
  return readFileSync(path, 'utf8').split('\n').slice(0, -1).map(Number);
}

/**
 * @param {import('actor-keyspace').ActorKeyspace} actor
 * @param {readonly number[]} acknowledgements
 * @param {readonly import('./records.mjs').Order[]} orders
 * @returns {Promise<Findings>}
 */
async function compare(actor, acknowledgements, orders) {
  /** @type {Map<string, unknown>} */
  const stored = new Map();
  for await (const { key, value } of actor.kv.scan({ prefix: 'order/' })) {
    stored.set(Buffer.from(key).toString(), JSON.parse(Buffer.from(value).toString()));
  }
  const acknowledged = new Set(acknowledgements);
  const lost = [...acknowledged].filter(
    (index) => !isDeepStrictEqual(stored.get(orderKey(index)), orders[index]),
  );

  // Recomputed from the data set, not from what the actor kept.
  const expected = orders.filter((_, index) => stored.has(orderKey(index)));
  const unknown = stored.size - expected.length;
  const expectedCostUsd = expected.reduce((sum, { costUsd }) => sum + costUsd, 0);
  const ledger = await readLedger(actor);

  // Of those enqueued, each is done or still in the queue, and not both.
  const { messages: queued, nextId } = await actor.queue.size();
  const peeked = await actor.queue.peek({ limit: queued });
  const enqueued = Number(nextId) - 1;
  const both = peeked.filter(({ body }) =>
    stored.has(orderKey(/** @type {import('./order-actor.mjs').Body} */ (body).index)),
  ).length;

  const accounts = new Map();
  for await (const { id, state } of actor.connections.list()) accounts.set(id, state);
  const expectedAccounts = new Map();
  for (const { client, costUsd } of expected) {
    const { orders = 0, costUsd: before = 0 } = expectedAccounts.get(client) ?? {};
    expectedAccounts.set(client, { orders: orders + 1, costUsd: before + costUsd });
  }
  const counted = [...accounts.values()].reduce((sum, account) => sum + account.orders, 0);
  const repeated = acknowledgements.length - acknowledged.size + Math.max(0, counted - stored.size);

  const problems = [
    lost.length > 0 && `${lost.length} acknowledged orders are not in the store`,
    repeated > 0 && `${repeated} orders were repeated`,
    unknown > 0 && `${unknown} orders in the store are in no data set`,
    both > 0 && `${both} orders are done and still in the queue`,
    queued + stored.size !== enqueued &&
      `${enqueued} orders were enqueued, ${queued + stored.size} are there`,
    ledger.orders !== stored.size &&
      `the ledger counts ${ledger.orders} orders, the store has ${stored.size}`,
    ledger.costUsd !== expectedCostUsd &&
      `the ledger has ${ledger.costUsd} dollars, expected ${expectedCostUsd}`,
    !isDeepStrictEqual(accounts, expectedAccounts) && 'the accounts of the clients are not as recomputed',
  ].filter((problem) => problem !== false);
  return {
    acknowledged: acknowledged.size,
    stored: stored.size,
    queued,
    clients: accounts.size,
    costUsd: ledger.costUsd,
    lost: lost.length,
    repeated,
    problems,
  };
}
