export { ActorSqliteDialect } from './dialect.js';
