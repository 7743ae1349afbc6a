import type { Location } from '../layout/index.js';
import {
  decodeWorkflowEvent,
  sameLocation,
  type WorkflowEntry,
  type WorkflowEntryRecord,
  type WorkflowEventRecord,
} from '../values/index.js';
import { malformed } from './records.js';
import { plural, time } from './words.js';

/** @throws {KeyspaceError} `value.malformed`, also if the entry has another location than its key. */
export function decodedWorkflowEntry(entry: WorkflowEntryRecord, location: Location): WorkflowEntry {
  if (!sameLocation(entry.location, location)) {
    throw malformed('workflow.entry', 2, 'the entry has another location than its key');
  }
  return { ...entry, event: decodeWorkflowEvent(entry.event) };
}

export function workflowEntrySentence(event: WorkflowEventRecord): string {
  switch (event.type) {
    case 'step':
      return 'error' in event
        ? 'a step that failed'
        : event.output
          ? `a step, ${plural(event.output.length, 'byte')} of output`
          : 'a step without output';
    case 'loop':
      return `a loop at iteration ${event.iteration}, ${plural(event.state.length, 'byte')} of state${event.output ? ', ended' : ''}`;
    case 'sleep':
      return `a sleep until ${time(event.deadlineMs)}, ${event.state}`;
    case 'message':
      return `a message of ${plural(event.data.length, 'byte')}`;
    case 'rollback_checkpoint':
      return 'a rollback checkpoint';
    case 'join':
    case 'race':
      return `a ${event.type} of ${plural(event.branches.size, 'branch', 'branches')}`;
    case 'removed':
      return `a removed ${event.originalType}`;
  }
}
