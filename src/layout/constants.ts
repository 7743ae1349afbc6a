/** First byte of every key of an actor. */
export const NAMESPACE = {
  system: 0x00,
  state: 0x01,
  connections: 0x02,
  inspectorToken: 0x03,
  kv: 0x04,
  queue: 0x05,
  workflow: 0x06,
  traces: 0x07,
  sqlite: 0x08,
  legacySqlite: 0x09,
  blobs: 0x0a,
  fields: 0x0b,
} as const;

export type NamespaceName = keyof typeof NAMESPACE;

/** Second byte of every key in these namespaces, in layout 1. The other namespaces have none. */
export const LAYOUT_VERSION = {
  system: 0x01,
  queue: 0x01,
  workflow: 0x01,
  traces: 0x01,
  sqlite: 0x01,
  blobs: 0x01,
  fields: 0x01,
} as const satisfies Partial<Record<NamespaceName, number>>;

/** How an actor's keys are laid out as a whole: 0 is read and migrated, never written. */
export type Layout = 0 | 1;

export const LAYOUT_VERSION_CURRENT = 1 satisfies Layout;

/** The part of the queue that the byte after the version selects. Others are reserved. */
export const QUEUE = {
  metadata: 0x01,
  messages: 0x02,
  state: 0x03,
  ready: 0x04,
  readyByName: 0x05,
  pending: 0x06,
  idempotency: 0x07,
  deadLetters: 0x08,
  responses: 0x09,
  expiry: 0x0a,
  quarantine: 0x0b,
  quarantineReasons: 0x0c,
  pausedNames: 0x0d,
} as const;

/** First element of a workflow key's tuple. Greater ones are reserved. */
export const WORKFLOW = { names: 1, history: 2, fields: 3, entryMetadata: 4, messages: 5 } as const;

export const WORKFLOW_FIELD = { state: 1, output: 2, error: 3, input: 4 } as const;

/** Layout 0 numbered the fields otherwise, and kept a version among them. */
export const LAYOUT_0_WORKFLOW_FIELD = { state: 1, output: 2, error: 3, version: 4, input: 5 } as const;

/** First element of a trace key's tuple. Greater ones are reserved. */
export const TRACES = { chunks: 1, index: 2 } as const;

/** The part of a database file that the byte after the version selects. */
export const SQLITE = { meta: 0x00, chunks: 0x01 } as const;

/** Which of a database's files a key belongs to. */
export const SQLITE_FILE_TAG = { main: 0, journal: 1, wal: 2, shm: 3 } as const;

/** Bytes of database file that one chunk stands for, whatever is stored of it. */
export const SQLITE_CHUNK_BYTES = 4_096;

/** First element of a blob key's tuple. Greater ones are reserved. */
export const BLOBS = {
  descriptors: 1,
  chunks: 2,
  references: 3,
  expiry: 4,
  retirements: 5,
  roots: 6,
  rootMembers: 7,
  uploads: 8,
  uploadChunks: 9,
  passes: 10,
  fieldExpiry: 11,
} as const;

/** Bytes of a blob's SHA-256 digest. */
export const DIGEST_BYTES = 32;
