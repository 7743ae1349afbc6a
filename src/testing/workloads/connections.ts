import type { Connection } from '../../connections/index.js';
import type { Random } from '../random.js';
import { collect } from '../simulation/collect.js';
import type { Operation, Workload, WorkloadContext } from '../simulation/workload.js';

/** Connections by id. */
export type ConnectionsModel = ReadonlyMap<string, Connection>;

type Chooser = (random: Random, context: WorkloadContext) => Operation<ConnectionsModel>;

const IDS = ['', 'c1', 'c2', 'd'];

/** Uses and checks `actor.connections`. */
export const connectionsWorkload: Workload<ConnectionsModel> = {
  name: 'connections',
  initial: new Map(),
  choose: (random, _model, context) => random.weighted(CHOOSERS)(random, context),
  async read({ connections }) {
    return new Map((await collect(connections.list())).map((connection) => [connection.id, connection]));
  },
  keyCounts: (model) => ({ 2: model.size }),
};

const set: Chooser = (random, context) => {
  const connection: Connection = {
    id: random.pick(IDS),
    parameters: { name: context.unique() },
    state: [context.nowMs()],
    subscriptions: random.chance(0.5) ? ['news'] : [],
    gatewayId: random.bytes(4),
    requestId: random.bytes(4),
    serverMessageIndex: random.integer(10),
    clientMessageIndex: 0,
    requestPath: '/',
    requestHeaders: new Map([['host', context.unique()]]),
  };
  return {
    text: `connections.set ${connection.id}`,
    kind: 'write',
    run: ({ connections }, options) => connections.set(connection, options),
    apply: (model) => ({ model: new Map([...model, [connection.id, connection]]) }),
  };
};

const remove: Chooser = (random) => {
  const id = random.pick(IDS);
  return {
    text: `connections.delete ${id}`,
    kind: 'write',
    neverGrows: true,
    run: ({ connections }, options) => connections.delete(id, options),
    apply: (model) => ({ model: new Map([...model].filter(([other]) => other !== id)) }),
  };
};

const get: Chooser = (random) => {
  const id = random.pick(IDS);
  return {
    text: `connections.get ${id}`,
    kind: 'read',
    run: ({ connections }) => connections.get(id),
    apply: (model) => ({ model, result: model.get(id) }),
  };
};

const list: Chooser = () => ({
  text: 'connections.list',
  kind: 'read',
  run: async ({ connections }) => (await collect(connections.list())).map(({ id }) => id),
  apply: (model) => ({ model, result: [...model.keys()].sort() }),
});

const CHOOSERS: readonly (readonly [number, Chooser])[] = [
  [4, set],
  [2, remove],
  [1, get],
  [1, list],
];
