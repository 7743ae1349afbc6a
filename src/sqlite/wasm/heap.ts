import { copyBytes } from '../../bytes/index.js';
import type { SqliteModule } from './exports.js';

/** SQLite frees nothing and copies nothing later: it takes what it is given before the call returns. */
export const COPY = -1;

/** SQLite's memory, in which pointers are offsets. It grows, never shrinks, and moves when it grows. */
export class Heap {
  readonly #module: SqliteModule;
  #buffer = Buffer.alloc(0);
  #view = new DataView(new ArrayBuffer(0));
  /** Room for one value or statement on its way in. */
  #scratch = 0;
  #scratchBytes = 0;

  constructor(module: SqliteModule) {
    this.#module = module;
  }

  /** To be asked for again after every call of SQLite. */
  get bytes(): Buffer {
    if (this.#buffer.buffer !== this.#module.wasm.memory.buffer) {
      const { buffer } = this.#module.wasm.memory;
      this.#buffer = Buffer.from(buffer);
      this.#view = new DataView(buffer);
    }
    return this.#buffer;
  }

  get view(): DataView {
    this.bytes;
    return this.#view;
  }

  pointerAt(at: number): number {
    return this.view.getUint32(at, true);
  }

  text(at: number, bytes: number): string {
    return utf8Slice.call(this.bytes, at, at + bytes);
  }

  /** The text at a pointer, up to its NUL; `undefined` of no pointer. */
  cString(at: number): string | undefined {
    return at === 0 ? undefined : this.text(at, this.bytes.indexOf(0, at) - at);
  }

  /** @returns A new array the caller owns. */
  copy(at: number, bytes: number): Uint8Array {
    return copyBytes(this.bytes.subarray(at, at + bytes));
  }

  /** Puts text, and a NUL after it, where the next call finds it. @returns How many bytes it has. */
  putText(text: string): { readonly at: number; readonly bytes: number } {
    const at = this.#room(3 * text.length + 1);
    const bytes = utf8Write.call(this.bytes, text, at, 3 * text.length);
    this.bytes[at + bytes] = 0;
    return { at, bytes };
  }

  putBytes(bytes: Uint8Array): number {
    const at = this.#room(bytes.length);
    this.bytes.set(bytes, at);
    return at;
  }

  /** @throws {RangeError} If SQLite has no memory left. */
  allocate(bytes: number): number {
    const at = this.#module.wasm.exports.sqlite3_malloc(bytes);
    if (at === 0) throw new RangeError(`SQLite has no memory for ${bytes} bytes`);
    return at;
  }

  free(at: number): void {
    this.#module.wasm.exports.sqlite3_free(at);
  }

  #room(bytes: number): number {
    // A large value once must not take its memory for good.
    const isFitting =
      bytes <= this.#scratchBytes && (this.#scratchBytes <= SCRATCH_BYTES || bytes > SCRATCH_BYTES);
    if (!isFitting) {
      this.free(this.#scratch);
      this.#scratch = 0;
      this.#scratchBytes = 0;
      const size = Math.max(bytes, SCRATCH_BYTES);
      this.#scratch = this.allocate(size);
      this.#scratchBytes = size;
    }
    return this.#scratch;
  }
}

const SCRATCH_BYTES = 65_536;

// Without the choice of an encoding, which takes as long as a short text does.
const { utf8Slice, utf8Write } = Buffer.prototype as Buffer & {
  utf8Slice(this: Uint8Array, start: number, end: number): string;
  utf8Write(this: Uint8Array, text: string, at: number, bytesMax: number): number;
};
