export { type StagedFlush, WorkflowDraft } from './draft.js';
export type { NewWorkflowMessage, WorkflowMessage } from './messages.js';
export type { StoredValue } from './stored.js';
export { ActorWorkflow, type WorkflowResetOptions, type WorkflowSnapshotEntry } from './workflow.js';
