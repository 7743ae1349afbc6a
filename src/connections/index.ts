export { type Connection, ConnectionStore } from './connections.js';
