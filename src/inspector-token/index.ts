export { InspectorTokenStore } from './inspector-token.js';
