export { type ConnectionsModel, connectionsWorkload } from './connections.js';
export { type InspectorTokenModel, inspectorTokenWorkload } from './inspector-token.js';
export { type KvModel, kvWorkload } from './kv.js';
export { type QueueModel, queueWorkload } from './queue.js';
export { type StateModel, stateWorkload } from './state.js';
