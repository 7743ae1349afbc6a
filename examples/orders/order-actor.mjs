/**
 * What the actor keeps: in its state the totals and the index of the next order, for each order one user key, for
 * each client a connection with the client's own totals.
 *
 * @typedef {{ next: number, costUsd: number }} Ledger
 * @typedef {{ orders: number, costUsd: number }} Account
 */

export const ACTOR_ID = 'orders';

/** @param {number} index */
export function orderKey(index) {
  return `order/${String(index).padStart(5, '0')}`;
}

/**
 * Processes one order in one transaction: order, account and ledger change together or not at all. An order that
 * was processed before is left as it is, so a client may send again what it was never acknowledged.
 *
 * @param {import('actor-keyspace').ActorKeyspace} actor
 * @param {number} index Orders come in the order of their index.
 * @param {import('./records.mjs').Order} order
 * @param {() => void} [halfWay] Runs when some of the transaction is written and some is not.
 */
export function processOrder(actor, index, order, halfWay) {
  return actor.transaction(async (transaction) => {
    const ledger = await readLedger(transaction);
    if (index < ledger.next) return;
    await transaction.kv.set(orderKey(index), JSON.stringify(order));
    await charge(transaction, order);
    halfWay?.();
    await transaction.state.set({
      initialized: true,
      state: { next: index + 1, costUsd: ledger.costUsd + order.costUsd },
      scheduledEvents: [],
    });
  });
}

/**
 * @param {import('actor-keyspace').ActorSubsystems} actor
 * @returns {Promise<Ledger>}
 */
export async function readLedger(actor) {
  const record = await actor.state.get();
  return record === undefined ? { next: 0, costUsd: 0 } : /** @type {Ledger} */ (record.state);
}

/**
 * @param {import('actor-keyspace').ActorTransaction} transaction
 * @param {import('./records.mjs').Order} order
 */
async function charge(transaction, { client, costUsd }) {
  const connection = (await transaction.connections.get(client)) ?? newConnection(client);
  const account = /** @type {Account} */ (connection.state);
  await transaction.connections.set({
    ...connection,
    state: { orders: account.orders + 1, costUsd: account.costUsd + costUsd },
  });
}

/**
 * @param {string} client
 * @returns {import('actor-keyspace').Connection}
 */
function newConnection(client) {
  return {
    id: client,
    parameters: { client },
    state: { orders: 0, costUsd: 0 },
    subscriptions: ['order.processed'],
    gatewayId: new Uint8Array(4),
    requestId: new Uint8Array(4),
    serverMessageIndex: 0,
    clientMessageIndex: 0,
    requestPath: '/orders',
    requestHeaders: new Map(),
  };
}
