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
const STORES = ['stores/memory', 'stores/lmdb'];
const KEYSPACE_PARTS = [...SUBSYSTEM, ...SUBSYSTEMS];
const PUBLIC = ['errors', 'index', 'layout', 'tuple', ...STORES];

/**
 * The levels of the source, lowest first: a unit imports only what its line names. Bytes, tuples, layouts and
 * values are pure, so they name no module that reaches outside the process; generated value codecs assert, and
 * trace chunks are compressed.
 */
export const LEVELS: Readonly<Record<string, UnitRule>> = {
  bytes: { units: [] },
  errors: { units: [] },
  clock: { units: [] },
  tuple: { units: PLAIN },
  layout: { units: [...PLAIN, 'tuple'] },
  values: { units: PLAIN, packages: ['@bare-ts/lib', 'cborg'], builtins: ['assert/strict', 'zlib'] },
  inspect: { units: [...PLAIN, 'layout', 'values'] },
  store: { units: [...PLAIN, 'clock'], builtins: ['timers/promises'] },
  'stores/memory': { units: [...PLAIN, 'store'], builtins: ['timers/promises'] },
  'stores/lmdb': {
    units: [...PLAIN, 'clock', 'store'],
    packages: ['lmdb'],
    builtins: [
      'buffer',
      'crypto',
      'fs',
      'fs/promises',
      'os',
      'path',
      'timers/promises',
      'worker_threads',
      'zlib',
    ],
  },
  actor: { units: ACTOR_PARTS, builtins: ['async_hooks', 'crypto'] },
  blobs: { units: SUBSYSTEM, builtins: ['crypto', 'timers/promises'] },
  fields: { units: [...SUBSYSTEM, 'blobs'] },
  connections: { units: SUBSYSTEM },
  'inspector-token': { units: SUBSYSTEM },
  kv: { units: SUBSYSTEM },
  queue: { units: SUBSYSTEM },
  sqlite: {
    units: SUBSYSTEM,
    packages: ['@sqlite.org/sqlite-wasm'],
    builtins: ['crypto', 'fs/promises'],
  },
  state: { units: SUBSYSTEM },
  traces: { units: SUBSYSTEM, builtins: ['async_hooks', 'crypto'] },
  workflow: { units: SUBSYSTEM },
  keyspace: { units: KEYSPACE_PARTS },
  maintenance: { units: [...KEYSPACE_PARTS, 'keyspace'] },
  transfer: { units: [...ACTOR_PARTS, 'clock'], builtins: ['crypto'] },
  index: { units: [...KEYSPACE_PARTS, 'clock', 'inspect', 'keyspace', 'maintenance', 'transfer'] },
  'adapters/opentelemetry': {
    units: [...KEYSPACE_PARTS, 'clock', 'keyspace'],
    packages: ['@opentelemetry/core', '@opentelemetry/sdk-trace-base'],
  },
  'adapters/rivetkit': {
    units: [...KEYSPACE_PARTS, 'clock', 'keyspace'],
    packages: ['@rivetkit/workflow-engine', '@rivetkit/traces', '@rivetkit/sqlite-vfs'],
  },
  testing: {
    units: [...KEYSPACE_PARTS, 'clock', 'keyspace', 'stores/memory'],
    builtins: ['assert/strict', 'crypto', 'timers/promises', 'util'],
  },
  'adapters/kysely': { units: PUBLIC, packages: ['kysely'] },
  'adapters/drizzle': { units: PUBLIC },
  conformance: { units: PUBLIC, builtins: ['assert/strict'] },
  cli: {
    units: PUBLIC,
    packages: ['commander'],
    builtins: [
      'crypto',
      'fs',
      'fs/promises',
      'os',
      'path',
      'process',
      'readline',
      'stream',
      'stream/promises',
      'util',
    ],
  },
};
