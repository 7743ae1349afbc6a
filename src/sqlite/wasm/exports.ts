type Pointer = number;

/** The functions of SQLite's WebAssembly build that are used, as they are exported: pointers are numbers. */
export interface SqliteExports {
  sqlite3_open_v2(name: Pointer, db: Pointer, flags: number, vfs: Pointer): number;
  sqlite3_close_v2(db: Pointer): number;
  sqlite3_errmsg(db: Pointer): Pointer;
  sqlite3_extended_errcode(db: Pointer): number;
  sqlite3_prepare_v3(
    db: Pointer,
    sql: Pointer,
    sqlBytes: number,
    flags: number,
    statement: Pointer,
    tail: Pointer,
  ): number;
  sqlite3_step(statement: Pointer): number;
  sqlite3_reset(statement: Pointer): number;
  sqlite3_finalize(statement: Pointer): number;
  sqlite3_stmt_readonly(statement: Pointer): number;
  sqlite3_clear_bindings(statement: Pointer): number;
  sqlite3_bind_parameter_count(statement: Pointer): number;
  sqlite3_bind_parameter_name(statement: Pointer, index: number): Pointer;
  sqlite3_bind_null(statement: Pointer, index: number): number;
  sqlite3_bind_int(statement: Pointer, index: number, value: number): number;
  sqlite3_bind_int64(statement: Pointer, index: number, value: bigint): number;
  sqlite3_bind_double(statement: Pointer, index: number, value: number): number;
  sqlite3_bind_text(statement: Pointer, index: number, at: Pointer, bytes: number, free: number): number;
  sqlite3_bind_blob(statement: Pointer, index: number, at: Pointer, bytes: number, free: number): number;
  sqlite3_bind_zeroblob(statement: Pointer, index: number, bytes: number): number;
  sqlite3_column_count(statement: Pointer): number;
  sqlite3_column_name(statement: Pointer, column: number): Pointer;
  sqlite3_column_type(statement: Pointer, column: number): number;
  sqlite3_column_double(statement: Pointer, column: number): number;
  sqlite3_column_int64(statement: Pointer, column: number): bigint;
  sqlite3_column_text(statement: Pointer, column: number): Pointer;
  sqlite3_column_blob(statement: Pointer, column: number): Pointer;
  sqlite3_column_bytes(statement: Pointer, column: number): number;
  sqlite3_changes64(db: Pointer): bigint;
  sqlite3_last_insert_rowid(db: Pointer): bigint;
  sqlite3_get_autocommit(db: Pointer): number;
  sqlite3_interrupt(db: Pointer): void;
  sqlite3_limit(db: Pointer, id: number, value: number): number;
  sqlite3_file_control(db: Pointer, schema: Pointer, operation: number, argument: Pointer): number;
  sqlite3_set_authorizer(db: Pointer, callback: Pointer, context: Pointer): number;
  sqlite3_progress_handler(db: Pointer, steps: number, callback: Pointer, context: Pointer): void;
  sqlite3_create_function_v2(
    db: Pointer,
    name: Pointer,
    argumentCount: number,
    flags: number,
    context: Pointer,
    call: Pointer,
    step: Pointer,
    final: Pointer,
    destroy: Pointer,
  ): number;
  sqlite3_user_data(context: Pointer): number;
  sqlite3_value_type(value: Pointer): number;
  sqlite3_value_double(value: Pointer): number;
  sqlite3_value_int64(value: Pointer): bigint;
  sqlite3_value_text(value: Pointer): Pointer;
  sqlite3_value_blob(value: Pointer): Pointer;
  sqlite3_value_bytes(value: Pointer): number;
  sqlite3_result_null(context: Pointer): void;
  sqlite3_result_int64(context: Pointer, value: bigint): void;
  sqlite3_result_double(context: Pointer, value: number): void;
  sqlite3_result_text(context: Pointer, at: Pointer, bytes: number, free: number): void;
  sqlite3_result_blob(context: Pointer, at: Pointer, bytes: number, free: number): void;
  sqlite3_result_error(context: Pointer, at: Pointer, bytes: number): void;
  sqlite3_malloc(bytes: number): Pointer;
  sqlite3_free(at: Pointer): void;
  sqlite3__wasm_db_config_ip(db: Pointer, option: number, value: number, out: Pointer): number;
  sqlite3__wasm_db_config_pii(db: Pointer, option: number, at: Pointer, size: number, count: number): number;
}

interface Struct {
  readonly pointer: Pointer;
}

/** What the package's initialiser resolves to, as far as it is used. */
export interface SqliteModule {
  readonly wasm: {
    readonly exports: SqliteExports;
    readonly memory: { readonly buffer: ArrayBuffer };
    installFunction(signature: string, call: (...values: never[]) => number | undefined): Pointer;
    uninstallFunction(pointer: Pointer): unknown;
  };
  readonly capi: {
    readonly sqlite3_vfs: new () => Struct;
    readonly sqlite3_io_methods: new () => Struct;
    readonly sqlite3_file: { readonly structInfo: { readonly sizeof: number } };
  };
  readonly vfs: {
    installVfs(options: {
      readonly io: { readonly struct: Struct; readonly methods: object };
      readonly vfs: { readonly struct: Struct; readonly name: string; readonly methods: object };
    }): unknown;
  };
}
