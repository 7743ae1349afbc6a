export { openLmdbStore } from './open.js';
export type { LmdbStoreOptions } from './options.js';
export type { LmdbStats } from './space.js';
export type { LmdbStore } from './store.js';
