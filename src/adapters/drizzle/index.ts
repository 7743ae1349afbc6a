export { drizzleCallback } from './callback.js';
