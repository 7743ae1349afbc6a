import type { Connection } from './connection.js';
import type { Engine } from './wasm/engine.js';

const ALLOWED = 0;
const DENIED = 1;
const OPERATION = { pragma: 19, attach: 24, detach: 25 } as const;
/** Operations that change what there is in the schema: creating, dropping, altering. */
const SCHEMA_OPERATIONS = new Set([1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 26, 29, 30]);

const words = (text: string) => new Set(text.split(/\s+/));

/** Settings of a connection. They are remembered, since a connection may be replaced by another. */
const CONNECTION_SETTINGS = words(
  `analysis_limit automatic_index cache_size case_sensitive_like cell_size_check foreign_keys
  ignore_check_constraints legacy_alter_table query_only recursive_triggers reverse_unordered_selects`,
);
const FREE = new Set([
  ...CONNECTION_SETTINGS,
  ...words(
    `application_id auto_vacuum defer_foreign_keys encoding foreign_key_check foreign_key_list incremental_vacuum index_info index_list
    index_xinfo integrity_check max_page_count optimize quick_check secure_delete shrink_memory table_info
    table_list table_xinfo user_version`,
  ),
]);
/** Those that could move the database out of the one commit, or out of the actor, may only be asked for. */
const READ_ONLY = words(
  `collation_list compile_options data_version database_list freelist_count function_list journal_mode
  locking_mode module_list page_count page_size pragma_list schema_version synchronous temp_store trusted_schema`,
);

const LIMITS: readonly (readonly [id: number, value: number])[] = [
  [0, 64 * 1024 * 1024], // bytes of a value or row
  [1, 1024 * 1024], // bytes of a statement
  [3, 200], // depth of an expression
  [4, 100], // terms of a compound select
  [6, 127], // arguments of a function
  [7, 1], // attached databases: VACUUM needs one
  [8, 1_000], // bytes of a pattern
  [10, 50], // depth of triggers
  [11, 0], // threads
];

const CONFIG = {
  fts3Tokenizer: 1004,
  loadExtension: 1005,
  defensive: 1010,
  trustedSchema: 1017,
} as const;
const CONFIG_LOOKASIDE = 1001;

/** Makes a connection safe for SQL of whatever origin, but for the authorizer. */
export function configure({ exports }: Engine, db: number): void {
  for (const [id, value] of LIMITS) exports.sqlite3_limit(db, id, value);
  exports.sqlite3__wasm_db_config_ip(db, CONFIG.defensive, 1, 0);
  exports.sqlite3__wasm_db_config_ip(db, CONFIG.trustedSchema, 0, 0);
  exports.sqlite3__wasm_db_config_ip(db, CONFIG.loadExtension, 0, 0);
  exports.sqlite3__wasm_db_config_ip(db, CONFIG.fts3Tokenizer, 0, 0);
  // It would cost every open database more memory than all the rest.
  exports.sqlite3__wasm_db_config_pii(db, CONFIG_LOOKASIDE, 0, 0, 0);
}

/** Says whether a statement may be prepared, and takes note of what it is. */
export function authorize(
  connection: Connection,
  operation: number,
  first: string | undefined,
  second: string | undefined,
): number {
  if (operation === OPERATION.pragma) return authorizePragma(connection, first?.toLowerCase() ?? '', second);
  if (SCHEMA_OPERATIONS.has(operation)) connection.noteSchemaChange();
  if (operation !== OPERATION.attach && operation !== OPERATION.detach) return ALLOWED;
  // VACUUM attaches a temporary database while it runs.
  if (operation === OPERATION.attach && first === '' && connection.isStepping) return ALLOWED;
  connection.deny("other databases than the actor's own cannot be attached or written");
  return DENIED;
}

function authorizePragma(connection: Connection, name: string, value: string | undefined): number {
  if (FREE.has(name) || (READ_ONLY.has(name) && value === undefined)) {
    if (value !== undefined && CONNECTION_SETTINGS.has(name)) connection.noteSetting(name, value);
    return ALLOWED;
  }
  connection.deny(
    `PRAGMA ${/^\w{1,40}$/.test(name) ? name : '…'} cannot be ${value === undefined ? 'used' : 'set'}`,
  );
  return DENIED;
}
