import type { TupleElement } from '../../tuple/index.js';
import { LAYOUT_VERSION, NAMESPACE, WORKFLOW, WORKFLOW_FIELD } from '../constants.js';
import { defineKey } from '../define.js';
import { type Location, locationField } from '../location.js';
import { tupleElements, tupleString, tupleUint } from '../tuple-fields.js';
import { nameOf, quoted, shortPath } from '../wording.js';

const declared = {
  layouts: [1],
  status: 'current',
  prefix: [NAMESPACE.workflow, LAYOUT_VERSION.workflow],
} as const;

export type WorkflowNameKey = { readonly index: number };

/** One interned name; locations refer to it by its index. */
export const workflowName = defineKey<WorkflowNameKey>({
  ...declared,
  name: 'workflow.name',
  tuple: [WORKFLOW.names],
  fields: { index: tupleUint() },
  split: (key, write, target, offset) => write(target, offset, key.index),
  join: (index) => ({ index }),
  payload: 'name, UTF-8',
  summary: 'one interned name',
  example: { index: 300 },
  describe: ({ index }) => `Interned workflow name ${index}.`,
});

export type WorkflowHistoryKey = { readonly location: Location };

/** One history entry. The entries under a location follow it without anything between. */
export const workflowHistory = defineKey<WorkflowHistoryKey>({
  ...declared,
  name: 'workflow.history',
  tuple: [WORKFLOW.history],
  fields: { location: locationField },
  split: (key, write, target, offset) => write(target, offset, key.location),
  join: (location) => ({ location }),
  payload: 'workflow v1 Entry',
  summary: 'one history entry',
  example: { location: [0, { loop: 0, iteration: 256 }, 1] },
  describe: ({ location }) => `Workflow history entry at ${locationText(location)}.`,
});

export function locationText(location: Location): string {
  if (location.length === 0) return 'the root';
  return `location ${shortPath(
    location.map((segment) =>
      typeof segment === 'number' ? `${segment}` : `loop ${segment.loop} turn ${segment.iteration}`,
    ),
  )}`;
}

export type WorkflowFieldKey = { readonly field: number };

/** One property of the whole workflow: 1 state, 2 output, 3 error, 4 input. */
export const workflowField = defineKey<WorkflowFieldKey>({
  ...declared,
  name: 'workflow.field',
  tuple: [WORKFLOW.fields],
  fields: { field: tupleUint(WORKFLOW_FIELD.state, WORKFLOW_FIELD.input) },
  split: (key, write, target, offset) => write(target, offset, key.field),
  join: (field) => ({ field }),
  payload: 'by field: workflow state, CBOR output, error, CBOR input',
  summary: 'the workflow: 1 state, 2 output, 3 error, 4 input',
  example: { field: WORKFLOW_FIELD.output },
  describe: ({ field }) => `The workflow's ${nameOf(WORKFLOW_FIELD, field)}.`,
});

export type WorkflowEntryMetadataKey = { readonly entryId: string };

/** What the engine keeps beside one history entry: status, attempts, times. */
export const workflowEntryMetadata = defineKey<WorkflowEntryMetadataKey>({
  ...declared,
  name: 'workflow.entryMetadata',
  tuple: [WORKFLOW.entryMetadata],
  fields: { entryId: tupleString },
  split: (key, write, target, offset) => write(target, offset, key.entryId),
  join: (entryId) => ({ entryId }),
  payload: 'workflow v1 EntryMetadata',
  summary: 'metadata of one history entry',
  example: { entryId: 'a\0b' },
  describe: ({ entryId }) => `Metadata of workflow entry ${quoted(entryId)}.`,
});

export type WorkflowMessageKey = { readonly sequence: number };

/** One message that the workflow has not received, by the order in which they were sent. RivetKit has no such key. */
export const workflowMessage = defineKey<WorkflowMessageKey>({
  ...declared,
  name: 'workflow.message',
  tuple: [WORKFLOW.messages],
  fields: { sequence: tupleUint() },
  split: (key, write, target, offset) => write(target, offset, key.sequence),
  join: (sequence) => ({ sequence }),
  payload: 'workflow message v1',
  summary: 'one message that the workflow has not received',
  example: { sequence: 1 },
  describe: ({ sequence }) => `Workflow message ${sequence}.`,
});

export type ReservedTupleKey = { readonly part: number; readonly elements: readonly TupleElement[] };

export const workflowReserved = defineKey<ReservedTupleKey>({
  ...declared,
  name: 'workflow.reserved',
  status: 'reserved',
  tuple: [],
  fields: { part: tupleUint(WORKFLOW.messages + 1), elements: tupleElements },
  payload: 'not defined yet',
  summary: 'for indexes',
  example: { part: 6, elements: ['x'] },
  describe: ({ part }) => `A key of part ${part} of the workflow, reserved for a later version.`,
});
