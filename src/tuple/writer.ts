import { CODE_ZERO } from './codes.js';
import { writeUint } from './integer.js';
import { writeByteString, writeString } from './string.js';

/** Most tuples fit into this; longer ones double it. */
const INITIAL_BYTES = 64;
/** Room for the code and the magnitude of any safe integer. */
const UINT_BYTES_MAX = 8;

/** A byte array that grows with what is appended to it. */
export class TupleWriter {
  #bytes = new Uint8Array(INITIAL_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What was appended, in a new array. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = byte;
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** @param text Without lone surrogates. */
  string(text: string): void {
    // A UTF-16 unit becomes at most three bytes.
    this.#reserve(2 + 3 * text.length);
    this.#length = writeString(this.#bytes, this.#length, text);
  }

  byteString(bytes: Uint8Array): void {
    this.#reserve(2 + 2 * bytes.length);
    this.#length = writeByteString(this.#bytes, this.#length, bytes);
  }

  /** @param value A safe integer, not -0. */
  integer(value: number): void {
    this.#reserve(UINT_BYTES_MAX);
    const start = this.#length;
    this.#length = writeUint(this.#bytes, start, Math.abs(value));
    if (value >= 0) return;
    this.#bytes[start] = 2 * CODE_ZERO - (this.#bytes[start] as number);
    this.invert(start + 1);
  }

  /** Turns what was appended from `start` on into its ones' complement, which sorts the other way round. */
  invert(start: number): void {
    for (let at = start; at < this.#length; at++) this.#bytes[at] = ~(this.#bytes[at] as number);
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
