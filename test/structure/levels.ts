/** What the files of one unit (a folder of `src`, one store, or a file beside them) may import. */
export interface UnitRule {
  /** Other units, through their entry. */
  readonly units: readonly string[];
  /** npm packages. */
  readonly packages?: readonly string[];
  /** Node's own modules, without `node:`. */
  readonly builtins?: readonly string[];
}

const PLAIN = ['bytes', 'errors'];
const ACTOR_PARTS = [...PLAIN, 'clock', 'layout', 'values', 'store'];
const SUBSYSTEM = [...ACTOR_PARTS, 'actor'];
const SUBSYSTEMS = [
  'blobs',
  'connections',
  'fields',
  'inspector-token',
  'kv',
  'queue',
  'sqlite',
  'state',
  'traces',
  'workflow',
];
const STORES = ['stores/memory', 'stores/lmdb', 'stores/postgres'];
const KEYSPACE_PARTS = [...SUBSYSTEM, 'tuple', ...STORES, ...SUBSYSTEMS];
const ABOVE_KEYSPACE = [...KEYSPACE_PARTS, 'keyspace'];
const PUBLIC = ['errors', 'index', 'layout', 'tuple', ...STORES, 'testing'];

/**
 * The levels of the source, lowest first: a unit imports only what its line names. Bytes, tuples, layouts and
 * values are pure, so they name no module that reaches outside the process; generated value codecs assert.
 */
export const LEVELS: Readonly<Record<string, UnitRule>> = {
  bytes: { units: [] },
  errors: { units: [] },
  clock: { units: [] },
  tuple: { units: PLAIN, packages: ['fdb-tuple'] },
  layout: { units: [...PLAIN, 'tuple'] },
  values: { units: PLAIN, packages: ['@bare-ts/lib', 'cborg'], builtins: ['assert/strict'] },
  store: { units: PLAIN, builtins: ['timers/promises'] },
  'stores/memory': { units: [...PLAIN, 'store'], builtins: ['timers/promises'] },
  'stores/lmdb': {
    units: [...PLAIN, 'store'],
    packages: ['lmdb'],
    builtins: ['buffer', 'crypto', 'fs', 'fs/promises', 'os', 'path', 'timers/promises', 'zlib'],
  },
  'stores/postgres': { units: [...PLAIN, 'store'], packages: ['pg'], builtins: ['crypto'] },
  actor: { units: ACTOR_PARTS, builtins: ['async_hooks', 'crypto'] },
  blobs: { units: SUBSYSTEM, builtins: ['crypto'] },
  connections: { units: SUBSYSTEM },
  'inspector-token': { units: SUBSYSTEM },
  kv: { units: SUBSYSTEM, builtins: ['crypto'] },
  sqlite: { units: SUBSYSTEM, packages: ['@sqlite.org/sqlite-wasm'] },
  traces: { units: SUBSYSTEM, builtins: ['crypto'] },
  fields: { units: [...SUBSYSTEM, 'blobs'] },
  queue: { units: [...SUBSYSTEM, 'blobs'], builtins: ['crypto'] },
  state: { units: [...SUBSYSTEM, 'blobs'] },
  workflow: { units: [...SUBSYSTEM, 'blobs'] },
  keyspace: { units: KEYSPACE_PARTS, builtins: ['crypto'] },
  migrate: { units: ABOVE_KEYSPACE, builtins: ['crypto'] },
  verify: { units: ABOVE_KEYSPACE, builtins: ['crypto'] },
  inspect: { units: ABOVE_KEYSPACE },
  adapters: { units: ABOVE_KEYSPACE },
  testing: { units: ABOVE_KEYSPACE },
  index: { units: [...ABOVE_KEYSPACE, 'migrate', 'verify', 'inspect'] },
  conformance: {
    units: PUBLIC,
    builtins: [
      'assert/strict',
      'child_process',
      'crypto',
      'fs',
      'fs/promises',
      'path',
      'readline',
      'url',
      'util',
    ],
  },
  cli: {
    units: [...PUBLIC, 'conformance'],
    packages: ['commander'],
    builtins: ['fs', 'fs/promises', 'path', 'process', 'readline', 'stream', 'url', 'util'],
  },
};
