export { ActorInspectorToken } from './inspector-token.js';
