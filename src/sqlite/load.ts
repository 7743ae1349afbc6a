import { Connection } from './connection.js';
import { get, run } from './operations.js';
import { DatabaseFiles } from './vfs/database-files.js';
import { type Engine, loadEngine } from './wasm/engine.js';

const STATEMENTS = 1_000;

let warmed: Engine | undefined;

/** The process's SQLite, loaded and warm: it is compiled anew as it runs, and its first statements would be slow. */
export async function loadSqlite(): Promise<Engine> {
  const engine = await loadEngine();
  if (warmed === engine) return engine;
  warmed = engine;
  warm(engine);
  return engine;
}

function warm(engine: Engine): void {
  const files = new DatabaseFiles(engine.nextName());
  files.enter({ get: () => undefined, accept: () => {}, nowMs: () => 0 });
  const connection = new Connection(engine, files, { functions: [], settings: new Map() });
  try {
    connection.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b); CREATE INDEX i ON t (a); BEGIN');
    for (let id = 0; id < STATEMENTS; id++) {
      run(connection, 'INSERT INTO t VALUES (?, ?, ?)', [id, `row ${id}`, id / 7]);
      get(connection, 'SELECT * FROM t WHERE id = ?', [id], false);
    }
    connection.exec('ROLLBACK');
  } finally {
    connection.close();
    files.enter(undefined);
  }
}
