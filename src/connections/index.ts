export { ActorConnections, type Connection } from './connections.js';
