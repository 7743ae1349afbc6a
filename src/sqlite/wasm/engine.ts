import type { DatabaseFiles } from '../vfs/database-files.js';
import { Vfs } from '../vfs/vfs.js';
import type { SqliteExports, SqliteModule } from './exports.js';
import { Heap } from './heap.js';
import { installVfs, VFS_NAME } from './install-vfs.js';

/** One instance of SQLite. It hosts the databases of all actors of the process. */
export class Engine {
  readonly exports: SqliteExports;
  readonly heap: Heap;
  readonly vfs = new Vfs();
  readonly vfsName: number;
  /** Where a call leaves a pointer or two. */
  readonly out: number;
  readonly #module: SqliteModule;
  #isBroken = false;
  #databaseCount = 0;
  /** The database that a call is about, whose clock tells the time. */
  active: DatabaseFiles | undefined;

  constructor(module: SqliteModule) {
    this.#module = module;
    this.exports = module.wasm.exports;
    this.heap = new Heap(module);
    this.out = this.heap.allocate(16);
    this.vfsName = this.cString(VFS_NAME);
    installVfs(module, this.heap, this.vfs, () => this.#nowMs());
  }

  /** A trap left it in a state that nobody knows; the next to use SQLite gets another instance. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  broke(): void {
    this.#isBroken = true;
  }

  nextName(): string {
    this.#databaseCount++;
    return `database-${this.#databaseCount}`;
  }

  #nowMs(): number {
    try {
      return this.active?.view.nowMs() ?? Date.now();
    } catch {
      // SQLite also asks when no call is under way, and nothing may be thrown through it.
      return Date.now();
    }
  }

  /** Text in SQLite's memory, until it is freed. */
  cString(text: string): number {
    const bytes = Buffer.from(`${text}\0`);
    const at = this.heap.allocate(bytes.length);
    this.heap.bytes.set(bytes, at);
    return at;
  }

  /** A function that SQLite can call. It must not throw: what is thrown through SQLite leaves it half-way. */
  install(signature: string, call: (...values: number[]) => number | undefined): number {
    return this.#module.wasm.installFunction(signature, call as (...values: never[]) => number | undefined);
  }

  uninstall(pointer: number): void {
    this.#module.wasm.uninstallFunction(pointer);
  }
}

let loaded: Engine | undefined;
let loading: Promise<Engine> | undefined;

/** The process's instance, if it has been loaded. */
export function loadedEngine(): Engine | undefined {
  return loaded?.isBroken ? undefined : loaded;
}

/** Loads the process's instance on first use. */
export function loadEngine(): Promise<Engine> {
  if (loaded?.isBroken) {
    loaded = undefined;
    loading = undefined;
  }
  loading ??= load().catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<Engine> {
  const before = new Set(Object.getOwnPropertyNames(globalThis));
  const { default: initialise } = await import('@sqlite.org/sqlite-wasm');
  const module = (await initialise()) as unknown as SqliteModule;
  for (const name of ['sqlite3InitModule', 'sqlite3InitModuleState']) {
    if (!before.has(name)) Reflect.deleteProperty(globalThis, name);
  }
  loaded = new Engine(module);
  return loaded;
}
