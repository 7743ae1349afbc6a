// @ts-check

/**
 * What the figures should come to. Times are per item, so less is better and a goal is a ratio not to exceed; rates
 * are per second, so more is better.
 *
 * @type {readonly import('./harness/goals.mjs').Goal[]}
 */
export const GOALS = [
  { area: 'keys', row: 'encode *', against: 'fdb-tuple', ratioMax: 0.1 },
  { area: 'keys', row: 'encodeInto *', against: 'fdb-tuple', ratioMax: 0.025 },
  { area: 'keys', row: 'decode *', against: 'fdb-tuple', ratioMax: 0.5 },
  { area: 'keys', row: 'pack *', against: 'fdb-tuple', ratioMax: 1.2 },
  { area: 'keys', row: 'unpack *', against: 'fdb-tuple', ratioMax: 1.5 },

  { area: 'get', row: 'sync.get, 100 B', against: 'lmdb getBinaryFast', ratioMax: 2 },
  { area: 'get', row: 'sync.get, 4 KiB', against: 'lmdb getBinaryFast', ratioMax: 2.5 },
  { area: 'get', row: 'get, 100 B', against: 'lmdb getBinaryFast, awaited', ratioMax: 2 },
  { area: 'get', row: 'get, 4 KiB', against: 'lmdb getBinaryFast, awaited', ratioMax: 2.5 },

  { area: 'scan', row: 'sync.scan *', against: 'lmdb getRange', ratioMax: 1.5 },
  { area: 'scan', row: 'scan *', against: 'lmdb getRange', ratioMax: 1.5 },

  { area: 'commit', row: 'set, 100 B', against: 'lmdb put', ratioMax: 1.15 },
  { area: 'commit', row: 'setMany, 1000 × 100 B', against: 'lmdb batch', ratioMin: 0.7 },

  { area: 'concurrent', row: '64 actors', against: 'lmdb put', ratioMin: 0.75 },
  { area: 'concurrent', row: '256 actors', against: 'lmdb put', ratioMin: 0.75 },
  { area: 'concurrent', row: '1024 actors', against: 'lmdb put', ratioMin: 0.75 },
  { area: 'concurrent', row: '64 actors, stall', max: 50 },
  { area: 'concurrent', row: '256 actors, stall', max: 50 },
  { area: 'concurrent', row: '1024 actors, stall', max: 50 },

  { area: 'queue', row: 'enqueue, receive, ack', against: 'plainjob', ratioMin: 1 },
  { area: 'queue', row: 'enqueue, receive, ack', against: '@deno/kv', ratioMin: 80 },
  { area: 'queue', row: 'the same, 100 at a time', against: 'plainjob', ratioMin: 12 },
  { area: 'queue', row: 'enqueue, 256 at once', against: 'lmdb batch', ratioMin: 0.7 },
  { area: 'queue', row: 'receive and nack, large backlog', against: 'backlog of 10', ratioMax: 1.3 },

  { area: 'open', row: 'openActor, *', against: 'one durable set', ratioMax: 1.2 },
  { area: 'open', row: 'heap of an idle actor', max: 10_240 },
];
