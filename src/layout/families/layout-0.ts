import { u32be, u56be } from '../binary-fields.js';
import { LAYOUT_0_WORKFLOW_FIELD, NAMESPACE, SQLITE, TRACES, WORKFLOW } from '../constants.js';
import { defineKey } from '../define.js';
import type { NoFields } from '../key-format.js';
import { locationField } from '../location.js';
import { tupleString, tupleUint } from '../tuple-fields.js';
import { nameOf, quoted } from '../wording.js';
import type { QueueMessageKey } from './queue.js';
import { fileTag, fileText, type SqliteChunkKey, type SqliteMetaKey } from './sqlite.js';
import type { TraceChunkKey } from './traces.js';
import {
  locationText,
  type WorkflowEntryMetadataKey,
  type WorkflowFieldKey,
  type WorkflowHistoryKey,
  type WorkflowNameKey,
} from './workflow.js';

// Layout 0 had no version bytes, and queue metadata had a namespace of its own.
const LAYOUT_0_NAMESPACE = {
  queueMessages: 0x05,
  queueMetadata: 0x06,
  workflow: 0x07,
  traces: 0x08,
} as const;

const declared = { layouts: [0], status: 'readable' } as const;

export const layout0QueueMetadata = defineKey<NoFields>({
  ...declared,
  name: 'layout0.queue.metadata',
  prefix: [LAYOUT_0_NAMESPACE.queueMetadata],
  fields: {},
  payload: 'actor-persist v4 QueueMetadata',
  summary: "next message id and number of messages; a later RivetKit's alarm record has this key too",
  example: {},
  describe: () => "Layout 0: the queue metadata, or a later RivetKit's alarm record.",
});

/** The id is 64 bits whose first byte is `00`: any other would be taken for a layout version. */
export const layout0QueueMessage = defineKey<QueueMessageKey>({
  ...declared,
  name: 'layout0.queue.message',
  prefix: [LAYOUT_0_NAMESPACE.queueMessages, 0x00],
  fields: { id: u56be },
  join: (id) => ({ id }),
  payload: 'actor-persist v4 QueueMessage',
  summary: 'one message',
  example: { id: 258n },
  describe: ({ id }) => `Layout 0: queue message ${id}.`,
});

export const layout0WorkflowName = defineKey<WorkflowNameKey>({
  ...declared,
  name: 'layout0.workflow.name',
  prefix: [LAYOUT_0_NAMESPACE.workflow],
  tuple: [WORKFLOW.names],
  fields: { index: tupleUint() },
  join: (index) => ({ index }),
  payload: 'name, UTF-8',
  summary: 'one interned name',
  example: { index: 300 },
  describe: ({ index }) => `Layout 0: interned workflow name ${index}.`,
});

export const layout0WorkflowHistory = defineKey<WorkflowHistoryKey>({
  ...declared,
  name: 'layout0.workflow.history',
  prefix: [LAYOUT_0_NAMESPACE.workflow],
  tuple: [WORKFLOW.history],
  fields: { location: locationField },
  join: (location) => ({ location }),
  payload: 'workflow v1 Entry',
  summary: 'one history entry',
  example: { location: [0, { loop: 0, iteration: 256 }, 1] },
  describe: ({ location }) => `Layout 0: workflow history entry at ${locationText(location)}.`,
});

export const layout0WorkflowField = defineKey<WorkflowFieldKey>({
  ...declared,
  name: 'layout0.workflow.field',
  prefix: [LAYOUT_0_NAMESPACE.workflow],
  tuple: [WORKFLOW.fields],
  fields: { field: tupleUint(LAYOUT_0_WORKFLOW_FIELD.state, LAYOUT_0_WORKFLOW_FIELD.input) },
  join: (field) => ({ field }),
  payload: 'by field: workflow state, CBOR output, error, version, CBOR input',
  summary: 'the workflow: 1 state, 2 output, 3 error, 4 version, 5 input',
  example: { field: LAYOUT_0_WORKFLOW_FIELD.input },
  describe: ({ field }) => `Layout 0: the workflow's ${nameOf(LAYOUT_0_WORKFLOW_FIELD, field)}.`,
});

export const layout0WorkflowEntryMetadata = defineKey<WorkflowEntryMetadataKey>({
  ...declared,
  name: 'layout0.workflow.entryMetadata',
  prefix: [LAYOUT_0_NAMESPACE.workflow],
  tuple: [WORKFLOW.entryMetadata],
  fields: { entryId: tupleString },
  join: (entryId) => ({ entryId }),
  payload: 'workflow v1 EntryMetadata',
  summary: 'metadata of one history entry',
  example: { entryId: 'a' },
  describe: ({ entryId }) => `Layout 0: metadata of workflow entry ${quoted(entryId)}.`,
});

export const layout0TraceChunk = defineKey<TraceChunkKey>({
  ...declared,
  name: 'layout0.traces.chunk',
  prefix: [LAYOUT_0_NAMESPACE.traces],
  tuple: [TRACES.chunks],
  fields: { bucketStartSec: tupleUint(), chunkId: tupleUint() },
  join: (bucketStartSec, chunkId) => ({ bucketStartSec, chunkId }),
  payload: 'traces v1 Chunk',
  summary: 'one chunk of the records of a time bucket',
  example: { bucketStartSec: 3_600, chunkId: 0 },
  describe: ({ bucketStartSec, chunkId }) =>
    `Layout 0: trace chunk ${chunkId} of the bucket that starts at second ${bucketStartSec}.`,
});

export const layout0SqliteMeta = defineKey<SqliteMetaKey>({
  ...declared,
  name: 'layout0.sqlite.meta',
  prefix: [NAMESPACE.legacySqlite, SQLITE.meta],
  fields: { fileTag },
  join: (fileTag) => ({ fileTag }),
  payload: 'sqlite FileMeta v1',
  summary: 'size of one file',
  example: { fileTag: 0 },
  describe: (fields) => `Layout 0: size of ${fileText(fields.fileTag)}.`,
});

export const layout0SqliteChunk = defineKey<SqliteChunkKey>({
  ...declared,
  name: 'layout0.sqlite.chunk',
  prefix: [NAMESPACE.legacySqlite, SQLITE.chunks],
  fields: { fileTag, chunkIndex: u32be },
  join: (fileTag, chunkIndex) => ({ fileTag, chunkIndex }),
  payload: '1 to 4,096 raw bytes',
  summary: 'one chunk of one file',
  example: { fileTag: 0, chunkIndex: 7 },
  describe: (fields) => `Layout 0: chunk ${fields.chunkIndex} of ${fileText(fields.fileTag)}.`,
});
