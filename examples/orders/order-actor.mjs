/**
 * What the actor keeps: in its queue the orders to come, in its state the totals, for each order done one user key, for
 * each client a connection with the client's own totals.
 *
 * @typedef {{ orders: number, costUsd: number }} Ledger
 * @typedef {{ orders: number, costUsd: number }} Account
 * @typedef {{ index: number, order: import('./records.mjs').Order }} Body
 */

export const ACTOR_ID = 'orders';

/** @param {number} index */
export function orderKey(index) {
  return `order/${String(index).padStart(5, '0')}`;
}

/**
 * Puts orders into the queue that are not there yet. Ids are never used again, so the next one tells how many were.
 *
 * @param {import('actor-keyspace').ActorKeyspace} actor
 * @param {readonly import('./records.mjs').Order[]} orders
 */
export async function enqueueOrders(actor, orders) {
  for (;;) {
    const first = Number((await actor.queue.size()).nextId) - 1;
    const page = orders.slice(first, first + PAGE);
    if (page.length === 0) return;
    await actor.queue.enqueueMany(
      page.map((order, at) => ({ name: 'order', body: { index: first + at, order } })),
      { waitMs: Number.POSITIVE_INFINITY },
    );
  }
}

const PAGE = 100;

/**
 * Processes one order in one transaction: order, account, ledger and the end of the message change together or not at
 * all. So an order that is delivered again, since its consumer died or failed, is done once.
 *
 * @param {import('actor-keyspace').ActorKeyspace} actor
 * @param {import('actor-keyspace').ReceivedMessage<Body>} message
 * @param {() => void} [halfWay] Runs when some of the transaction is written and some is not.
 */
export function processOrder(actor, message, halfWay) {
  const { index, order } = message.body;
  return actor.transaction(async (transaction) => {
    const ledger = await readLedger(transaction);
    await transaction.kv.set(orderKey(index), JSON.stringify(order));
    await charge(transaction, order);
    halfWay?.();
    await transaction.state.set({
      initialized: true,
      state: { orders: ledger.orders + 1, costUsd: ledger.costUsd + order.costUsd },
      scheduledEvents: [],
    });
    await transaction.queue.ack(message);
  });
}

/**
 * @param {import('actor-keyspace').ActorSubsystems} actor
 * @returns {Promise<Ledger>}
 */
export async function readLedger(actor) {
  const record = await actor.state.get();
  return record === undefined ? { orders: 0, costUsd: 0 } : /** @type {Ledger} */ (record.state);
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
