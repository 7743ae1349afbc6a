import { decodeCbor } from './cbor-decode.js';
import { encodeCbor } from './cbor-encode.js';
import type {
  BranchRecord,
  BranchStatus,
  SleepState,
  WorkflowEntryType,
  WorkflowEventRecord,
  WorkflowSegment,
} from './workflow-entry.js';

/** One branch of a join or race. It has an output exactly if the property is there, whatever its value. */
export interface WorkflowBranch {
  readonly status: BranchStatus;
  readonly output?: unknown;
  readonly error?: string;
}

/**
 * What happened at one place of a workflow, by type. An output is there exactly if the property is: a step that
 * returned nothing may have `undefined` as its output.
 */
export type WorkflowEvent =
  | { readonly type: 'step'; readonly output?: unknown; readonly error?: string }
  | { readonly type: 'loop'; readonly state: unknown; readonly iteration: number; readonly output?: unknown }
  | { readonly type: 'sleep'; readonly deadlineMs: number; readonly state: SleepState }
  | { readonly type: 'message'; readonly name: string; readonly data: unknown }
  | { readonly type: 'rollback_checkpoint'; readonly name: string }
  | { readonly type: 'join'; readonly branches: ReadonlyMap<string, WorkflowBranch> }
  | {
      readonly type: 'race';
      readonly winner?: string;
      readonly branches: ReadonlyMap<string, WorkflowBranch>;
    }
  | { readonly type: 'removed'; readonly originalType: WorkflowEntryType; readonly originalName?: string };

/** An entry of a workflow's history. */
export interface WorkflowEntry {
  readonly id: string;
  readonly location: readonly WorkflowSegment[];
  readonly event: WorkflowEvent;
}

export function sameLocation(a: readonly WorkflowSegment[], b: readonly WorkflowSegment[]): boolean {
  return a.length === b.length && a.every((segment, i) => sameSegment(segment, b[i] as WorkflowSegment));
}

function sameSegment(a: WorkflowSegment, b: WorkflowSegment): boolean {
  if (typeof a === 'number' || typeof b === 'number') return a === b;
  return a.loop === b.loop && a.iteration === b.iteration;
}

/** @throws {KeyspaceError} `value.malformed` if what should be CBOR is none. */
export function decodeWorkflowEvent(event: WorkflowEventRecord): WorkflowEvent {
  switch (event.type) {
    case 'step':
      return decodeOutput(event);
    case 'loop':
      return { ...decodeOutput(event), state: decodeCbor(event.state) };
    case 'message':
      return { ...event, data: decodeCbor(event.data) };
    case 'join':
    case 'race':
      return { ...event, branches: mapValues(event.branches, decodeOutput) };
    default:
      return event;
  }
}

/** @throws {KeyspaceError} `value.unserialisable`. */
export function encodeWorkflowEvent(event: WorkflowEvent): WorkflowEventRecord {
  switch (event.type) {
    case 'step':
      return encodeOutput(event);
    case 'loop':
      return { ...encodeOutput(event), state: encodeCbor(event.state) };
    case 'message':
      return { ...event, data: encodeCbor(event.data) };
    case 'join':
    case 'race':
      return {
        ...event,
        branches: mapValues(event.branches, (branch): BranchRecord => encodeOutput(branch)),
      };
    default:
      return event;
  }
}

function decodeOutput<Item extends { readonly output?: Uint8Array }>(
  item: Item,
): Omit<Item, 'output'> & { output?: unknown } {
  const { output, ...rest } = item;
  return { ...rest, ...(output && { output: decodeCbor(output) }) };
}

function encodeOutput<Item extends { readonly output?: unknown }>(
  item: Item,
): Omit<Item, 'output'> & { output?: Uint8Array } {
  const { output, ...rest } = item;
  return { ...rest, ...('output' in item && { output: encodeCbor(output) }) };
}

function mapValues<From, To>(
  map: ReadonlyMap<string, From>,
  change: (value: From) => To,
): ReadonlyMap<string, To> {
  return new Map(Array.from(map, ([key, value]) => [key, change(value)]));
}
