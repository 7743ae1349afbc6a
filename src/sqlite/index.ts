export { ActorSqlite, SqliteStatement } from './database.js';
export type { SqlFunctionOptions } from './functions.js';
export { SqliteHome } from './home.js';
export type { SqliteMigration } from './migrate.js';
export type { SqlResult, SqlRunResult } from './operations.js';
export type { SqlRow } from './prepared.js';
export type { SqliteOptions } from './settings.js';
export { SyncDatabase, SyncStatement } from './sync-database.js';
export type { SqlParameters, SqlValue } from './values.js';
