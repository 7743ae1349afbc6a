import { markAsUntransferable } from 'node:worker_threads';

/** Arrays up to this length are kept on the JavaScript heap, where making one costs little. */
const HEAP_BYTES_MAX = 64;

/** Arrays cut one after the other from a buffer of many. */
class Slabs {
  readonly #slabBytes: number;
  #slab: ArrayBuffer;
  #usedBytes = 0;

  constructor(slabBytes: number) {
    this.#slabBytes = slabBytes;
    this.#slab = newSlab(slabBytes);
  }

  cut(bytes: number): Uint8Array {
    if (this.#usedBytes + bytes > this.#slabBytes) {
      this.#slab = newSlab(this.#slabBytes);
      this.#usedBytes = 0;
    }
    const array = new Uint8Array(this.#slab, this.#usedBytes, bytes);
    this.#usedBytes += bytes;
    return array;
  }
}

/** Filled with zeroes, so that nothing shows through it that was not read from the store. */
function newSlab(bytes: number): ArrayBuffer {
  const slab = new ArrayBuffer(bytes);
  // Sent to another thread with one value, it would take the others away.
  markAsUntransferable(slab);
  return slab;
}

const SMALL_BYTES_MAX = 1_024;
const MEDIUM_BYTES_MAX = 8_192;
const small = new Slabs(16 * SMALL_BYTES_MAX);
const medium = new Slabs(8 * MEDIUM_BYTES_MAX);

/**
 * A new array for a value. One with memory of its own costs more than the read it is for, so those that are not
 * large are cut from shared memory, as Node's Buffers are: the array is the caller's alone, its `buffer` is not. The
 * memory is freed with the last value in it.
 */
export function allocateValue(bytes: number): Uint8Array {
  if (bytes <= HEAP_BYTES_MAX || bytes > MEDIUM_BYTES_MAX) return new Uint8Array(bytes);
  return (bytes <= SMALL_BYTES_MAX ? small : medium).cut(bytes);
}
