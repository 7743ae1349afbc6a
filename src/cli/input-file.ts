import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { InputError } from './failure.js';

/** Whether an argument means the standard input or output. */
export function isStream(file: string): boolean {
  return file === '-';
}

const PIECE_BYTES = 256 * 1_024;

/** A file that can be read again from its beginning, whatever becomes of its name meanwhile. */
export class InputFile {
  readonly #handle: FileHandle;

  /** Use {@link openInput}. */
  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Each piece is valid until the next one is asked for. */
  async *read(): AsyncGenerator<Uint8Array, void, undefined> {
    const buffer = Buffer.allocUnsafe(PIECE_BYTES);
    for (let position = 0; ; ) {
      const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/**
 * @param file `-` is `stdin`. What cannot be read twice is copied to a private file, which needs as much room.
 * @throws {InputError} If there is no file that can be read.
 */
export async function openInput(file: string, stdin: Readable, signal: AbortSignal): Promise<InputFile> {
  if (isStream(file)) return copied(stdin, signal);
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    throw new InputError(`the export cannot be read: ${error.code}`, [], { cause: error });
  });
  const found = await handle.stat();
  if (found.isFile()) return new InputFile(handle);
  if (!found.isDirectory()) return copied(handle.createReadStream(), signal);
  await handle.close();
  throw new InputError('the export is a folder, not a file');
}

async function copied(source: Readable, signal: AbortSignal): Promise<InputFile> {
  const folder = await mkdtemp(join(tmpdir(), 'actor-keyspace-import-'));
  try {
    const handle = await open(join(folder, 'export'), 'wx+', 0o600);
    try {
      await pipeline(source, (pieces) => appendAll(handle, pieces), { signal });
    } catch (error) {
      await handle.close();
      throw error;
    }
    return new InputFile(handle);
  } finally {
    // The open file outlives its name, and nobody else can open it.
    await rm(folder, { recursive: true, force: true });
  }
}

async function appendAll(handle: FileHandle, pieces: AsyncIterable<string | Uint8Array>): Promise<void> {
  for await (const piece of pieces) await handle.writeFile(piece);
}
