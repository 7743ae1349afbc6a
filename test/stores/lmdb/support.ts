import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';
import type { StoreSubject } from '../../../src/conformance/index.js';
import { type LmdbStore, type LmdbStoreOptions, openLmdbStore } from '../../../src/stores/lmdb/index.js';

const PARTITION_END = 0x00;
const ACTOR = 0x02;

export function actor(name: string): Uint8Array {
  return Uint8Array.of(ACTOR, ...Buffer.from(name), PARTITION_END);
}

export function utf8(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text));
}

export function set(partition: Uint8Array, key: string, value: string | Uint8Array) {
  const bytes = typeof value === 'string' ? utf8(value) : value;
  return { type: 'set', partition, key: utf8(key), value: bytes } as const;
}

export const LMDB: StoreSubject = {
  name: 'lmdb',
  open: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lmdb-store-'));
    const open = () => openLmdbStore({ path: join(folder, 'store') });
    return { store: await open(), reopen: open, dispose: () => rm(folder, { recursive: true }) };
  },
};

/** Folders, stores and processes of one test file, cleaned up after each test. */
export class StoreFolders {
  readonly #cleanups: (() => unknown)[] = [];

  constructor() {
    afterEach(async () => {
      for (const cleanup of this.#cleanups.splice(0).reverse()) await cleanup();
    });
  }

  after(cleanup: () => unknown): void {
    this.#cleanups.push(cleanup);
  }

  async make(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'lmdb-store-'));
    this.after(() => rm(folder, { recursive: true, force: true }));
    return folder;
  }

  async open(options: LmdbStoreOptions): Promise<LmdbStore> {
    const store = await openLmdbStore(options);
    this.after(() => store.close());
    return store;
  }

  /** A store in a folder of its own. */
  async store(options: Partial<LmdbStoreOptions> = {}): Promise<LmdbStore> {
    return this.open({ path: join(await this.make(), 'store'), ...options });
  }

  /** Runs a script of this folder, with the built package. */
  child(script: string, ...args: readonly string[]): Child {
    return this.childIn({}, script, ...args);
  }

  /** The same with more in its environment. */
  childIn(environment: NodeJS.ProcessEnv, script: string, ...args: readonly string[]): Child {
    const child = new Child(fileURLToPath(new URL(`children/${script}`, import.meta.url)), args, environment);
    this.after(() => child.kill('SIGKILL'));
    return child;
  }
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** A Node process that is told lines and says lines. */
export class Child {
  readonly #process: ChildProcess;
  readonly exit: Promise<Exit>;
  readonly lines: AsyncIterableIterator<string>;
  #stderr = '';

  constructor(script: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    const child = spawn(process.execPath, [script, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    this.#process = child;
    child.stderr.on('data', (chunk) => {
      this.#stderr += String(chunk);
    });
    child.stdin.on('error', () => {});
    this.lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    this.exit = once(child, 'close').then(([code, signal]) => ({ code, signal, stderr: this.#stderr }));
  }

  say(line: string): void {
    this.#process.stdin?.write(`${line}\n`);
  }

  /** The next line, which must be there before the process ends. */
  async hear(): Promise<string> {
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`the child ended: ${JSON.stringify(await this.exit)}`);
    return value;
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill(signal);
    if (signal === 'SIGKILL') await this.exit;
  }
}
