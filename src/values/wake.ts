import { definePayload, firstVersion, type Payload } from './payload.js';
import { readWake, type Wake, writeWake } from './schemas/wake-v1.generated.js';

/** When each part of an actor next has something to do. Milliseconds since the Unix epoch, 0 to 2^53 - 1. */
export interface WakeRecord {
  /** The earliest scheduled event. */
  readonly stateAtMs?: number;
  /** The earliest delayed message. */
  readonly queueAtMs?: number;
  /** The earliest sleep or alarm of the workflow. */
  readonly workflowAtMs?: number;
}

/**
 * The value at key `00 01 ‖ T["wake"]`.
 *
 * Format: version 1, three optional u64: state · queue · workflow.
 */
export const wakePayload: Payload<WakeRecord> = definePayload({
  name: 'system.wake',
  versions: firstVersion(1, readWake),
  write: writeWake,
  toWire: ({ stateAtMs, queueAtMs, workflowAtMs }: WakeRecord): Wake => ({
    stateAt: stateAtMs,
    queueAt: queueAtMs,
    workflowAt: workflowAtMs,
  }),
  fromWire: ({ stateAt, queueAt, workflowAt }): WakeRecord => ({
    ...(stateAt !== undefined && { stateAtMs: stateAt }),
    ...(queueAt !== undefined && { queueAtMs: queueAt }),
    ...(workflowAt !== undefined && { workflowAtMs: workflowAt }),
  }),
});

/** When the actor is due: the earliest time of its record. */
export function dueAtMs(record: WakeRecord): number | undefined {
  const times = Object.values(record) as number[];
  return times.length === 0 ? undefined : Math.min(...times);
}
