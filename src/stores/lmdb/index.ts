export type { LmdbBackupOptions, LmdbBackupProgress } from './backup.js';
export { openLmdbStore } from './open.js';
export type { LmdbStoreOptions } from './options.js';
export type { LmdbReaderStats } from './readers.js';
export type { LmdbStats, LmdbTreeStats } from './stats.js';
export type { LmdbStore } from './store.js';
