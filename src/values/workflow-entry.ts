import { BareError } from './bare.js';
import { fromData, toData, toOptionalData } from './data.js';
import { definePayload, firstVersion, type Payload } from './payload.js';
import * as wire from './schemas/workflow-entry-v1.generated.js';
import { wordField } from './word.js';

export const SLEEP_STATES = ['pending', 'completed', 'interrupted'] as const;
export type SleepState = (typeof SLEEP_STATES)[number];

export const BRANCH_STATUSES = ['pending', 'running', 'completed', 'failed', 'cancelled'] as const;
export type BranchStatus = (typeof BRANCH_STATUSES)[number];

export const WORKFLOW_ENTRY_TYPES = [
  'step',
  'loop',
  'sleep',
  'message',
  'rollback_checkpoint',
  'join',
  'race',
  'removed',
] as const;
export type WorkflowEntryType = (typeof WORKFLOW_ENTRY_TYPES)[number];

/** The index of an interned name, or one turn of a loop. Integers from 0 to 2^32 - 1. */
export type WorkflowSegment = number | { readonly loop: number; readonly iteration: number };

/** One branch of a join or race. */
export interface BranchRecord {
  readonly status: BranchStatus;
  /** CBOR. Absent unless the branch has one; of a branch that returned nothing it is the CBOR of undefined. */
  readonly output?: Uint8Array;
  readonly error?: string;
}

/** What happened at one place, by type. Bytes are CBOR; `deadlineMs` is since the Unix epoch, 0 to 2^53 - 1. */
export type WorkflowEventRecord =
  | { readonly type: 'step'; readonly output?: Uint8Array; readonly error?: string }
  | {
      readonly type: 'loop';
      readonly state: Uint8Array;
      readonly iteration: number;
      readonly output?: Uint8Array;
    }
  | { readonly type: 'sleep'; readonly deadlineMs: number; readonly state: SleepState }
  | { readonly type: 'message'; readonly name: string; readonly data: Uint8Array }
  | { readonly type: 'rollback_checkpoint'; readonly name: string }
  | { readonly type: 'join'; readonly branches: ReadonlyMap<string, BranchRecord> }
  | { readonly type: 'race'; readonly winner?: string; readonly branches: ReadonlyMap<string, BranchRecord> }
  | { readonly type: 'removed'; readonly originalType: WorkflowEntryType; readonly originalName?: string };

/** One entry of a workflow's history. */
export interface WorkflowEntryRecord {
  readonly id: string;
  /** The place that its key names too. */
  readonly location: readonly WorkflowSegment[];
  readonly event: WorkflowEventRecord;
}

/**
 * The value at key `06 01 T[2, …location]`.
 *
 * Format: RivetKit workflow-engine version 1, `Entry`: id · location, list of union (u32 | u32 · u32) · kind, union
 * of step, loop, sleep, message, rollback checkpoint, join, race, removed.
 */
export const workflowEntryPayload: Payload<WorkflowEntryRecord> = definePayload({
  name: 'workflow.entry',
  versions: firstVersion(1, wire.readEntry),
  write: wire.writeEntry,
  toWire: ({ id, location, event }: WorkflowEntryRecord): wire.Entry => ({
    id,
    location: location.map(segmentToWire),
    kind: eventToWire(event),
  }),
  fromWire: ({ id, location, kind }) => ({
    id,
    location: location.map(({ val }) => val),
    event: eventFromWire(kind),
  }),
});

const sleepState = wordField('state of a sleep', SLEEP_STATES);
const branchStatus = wordField('status of a branch', BRANCH_STATUSES);

function segmentToWire(segment: WorkflowSegment): wire.Segment {
  if (typeof segment === 'number') return { tag: 'NameIndex', val: segment };
  return { tag: 'LoopTurn', val: { loop: segment.loop, iteration: segment.iteration } };
}

function eventToWire(event: WorkflowEventRecord): wire.Kind {
  switch (event.type) {
    case 'step':
      return { tag: 'Step', val: { output: toOptionalData(event.output), error: event.error } };
    case 'loop': {
      const { state, iteration, output } = event;
      return { tag: 'Loop', val: { state: toData(state), iteration, output: toOptionalData(output) } };
    }
    case 'sleep':
      return {
        tag: 'Sleep',
        val: { deadline: event.deadlineMs, state: sleepState.toNumber(event.state) },
      };
    case 'message':
      return { tag: 'Message', val: { name: event.name, data: toData(event.data) } };
    case 'rollback_checkpoint':
      return { tag: 'RollbackCheckpoint', val: { name: event.name } };
    case 'join':
      return { tag: 'Join', val: { branches: branchesToWire(event.branches) } };
    case 'race':
      return { tag: 'Race', val: { winner: event.winner, branches: branchesToWire(event.branches) } };
    case 'removed': {
      const { originalType, originalName } = event;
      if (!WORKFLOW_ENTRY_TYPES.includes(originalType)) throw new RangeError('originalType is no entry type');
      return { tag: 'Removed', val: { originalType, originalName } };
    }
    default:
      throw new RangeError(`${String((event as { type?: unknown }).type)} is no entry type`);
  }
}

function eventFromWire(kind: wire.Kind): WorkflowEventRecord {
  switch (kind.tag) {
    case 'Step':
      return { type: 'step', ...outcomeFromWire(kind.val) };
    case 'Loop': {
      const { state, iteration, output } = kind.val;
      return { type: 'loop', state: fromData(state), iteration, ...outcomeFromWire({ output }) };
    }
    case 'Sleep':
      return { type: 'sleep', deadlineMs: kind.val.deadline, state: sleepState.toWord(kind.val.state) };
    case 'Message':
      return { type: 'message', name: kind.val.name, data: fromData(kind.val.data) };
    case 'RollbackCheckpoint':
      return { type: 'rollback_checkpoint', name: kind.val.name };
    case 'Join':
      return { type: 'join', branches: branchesFromWire(kind.val.branches) };
    case 'Race': {
      const { winner, branches } = kind.val;
      return { type: 'race', ...(winner !== undefined && { winner }), branches: branchesFromWire(branches) };
    }
    case 'Removed': {
      const { originalName } = kind.val;
      const originalType = WORKFLOW_ENTRY_TYPES.find((type) => type === kind.val.originalType);
      if (originalType === undefined) throw new BareError(0, 'the type of a removed entry is none');
      return { type: 'removed', originalType, ...(originalName !== undefined && { originalName }) };
    }
  }
}

function branchesToWire(branches: ReadonlyMap<string, BranchRecord>): ReadonlyMap<string, wire.Branch> {
  return new Map(
    Array.from(branches, ([name, { status, output, error }]) => [
      name,
      { status: branchStatus.toNumber(status), output: toOptionalData(output), error },
    ]),
  );
}

function branchesFromWire(branches: ReadonlyMap<string, wire.Branch>): ReadonlyMap<string, BranchRecord> {
  return new Map(
    Array.from(branches, ([name, { status, ...outcome }]) => [
      name,
      { status: branchStatus.toWord(status), ...outcomeFromWire(outcome) },
    ]),
  );
}

function outcomeFromWire({
  output,
  error,
}: {
  output: ArrayBuffer | undefined;
  error?: string | undefined;
}): {
  output?: Uint8Array;
  error?: string;
} {
  return { ...(output && { output: fromData(output) }), ...(error !== undefined && { error }) };
}
