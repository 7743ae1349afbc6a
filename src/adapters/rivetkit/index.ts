export { createSqliteVfsCallbacks, type SqliteVfsCallbacks } from './sqlite.js';
export { createTracesDriver, createTracesOptions } from './traces.js';
export { createWorkflowDriver, type WorkflowDriver, type WorkflowDriverOptions } from './workflow.js';
