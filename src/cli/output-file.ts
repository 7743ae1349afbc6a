import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { type FileHandle, link, lstat, open, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { InputError } from './failure.js';

/** Codes of file systems that have no hard links. */
const NO_LINKS = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK']);
const BUFFER_CHARACTERS = 256 * 1_024;

/**
 * A file that appears at its place once it is whole and flushed. Until then it is a private file beside it,
 * named at random; what is at the place, a symbolic link too, is never written to.
 */
export class OutputFile {
  readonly path: string;
  readonly #temporary: string;
  readonly #force: boolean;
  #handle: FileHandle | undefined;
  #buffer = '';

  private constructor(path: string, temporary: string, force: boolean, handle: FileHandle) {
    this.path = path;
    this.#temporary = temporary;
    this.#force = force;
    this.#handle = handle;
  }

  /**
   * @param force Whether a file or a symbolic link at the place is replaced.
   * @throws {InputError} If the place is taken, or there can be no file.
   */
  static async create(path: string, force: boolean): Promise<OutputFile> {
    const place = resolve(path);
    assertPlace(await lstat(place).catch(absent), force);
    const temporary = join(dirname(place), `.actor-keyspace-export-${randomUUID()}`);
    const handle = await open(temporary, 'wx', 0o600).catch((error: unknown) => {
      throw new InputError(`no file can be made there: ${codeOf(error)}`, [], { cause: error });
    });
    return new OutputFile(place, temporary, force, handle);
  }

  async write(text: string): Promise<void> {
    this.#buffer += text;
    if (this.#buffer.length >= BUFFER_CHARACTERS) await this.#flush();
  }

  /** @throws {InputError} If somebody has made a file at the place meanwhile. */
  async publish(): Promise<void> {
    await this.#flush();
    await this.#handle?.sync();
    await this.#close();
    if (this.#force) await rename(this.#temporary, this.path);
    else await this.#linkOrRename();
    await flushFolder(dirname(this.path));
  }

  /** Removes what was not published. Idempotent. */
  async discard(): Promise<void> {
    await this.#close();
    await rm(this.#temporary, { force: true });
  }

  async #linkOrRename(): Promise<void> {
    try {
      // Unlike a rename it replaces nothing.
      await link(this.#temporary, this.path);
    } catch (error) {
      if (!NO_LINKS.has(codeOf(error)) && codeOf(error) !== 'EEXIST') throw error;
      assertPlace(await lstat(this.path).catch(absent), false);
      await rename(this.#temporary, this.path);
    }
  }

  async #flush(): Promise<void> {
    const buffer = this.#buffer;
    this.#buffer = '';
    await this.#handle?.writeFile(buffer);
  }

  async #close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }
}

function assertPlace(found: Stats | undefined, force: boolean): void {
  if (found === undefined) return;
  if (!found.isFile() && !found.isSymbolicLink()) throw new InputError('what is there is not a file');
  if (!force) throw new InputError('the file exists already: --force replaces it');
}

function absent(error: unknown): undefined {
  if (codeOf(error) === 'ENOENT') return undefined;
  throw new InputError(`no file can be made there: ${codeOf(error)}`, [], { cause: error });
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

/** Some systems cannot flush a folder, and need not. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
