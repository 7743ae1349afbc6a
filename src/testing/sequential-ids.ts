import type { IdSource } from '../clock.js';

/** Ids that count from 1: `id-1`, `id-2` and so on. The same in every run, and never the same twice in one. */
export class SequentialIds implements IdSource {
  readonly #prefix: string;
  #count = 0;

  /**
   * @param prefix What every id begins with, such as the name of a process: text without NUL.
   * @throws {RangeError} If it has more than 48 bytes in UTF-8, or a NUL.
   */
  constructor(prefix = 'id-') {
    if (prefix.includes('\0')) throw new RangeError('prefix has a NUL');
    const prefixBytes = Buffer.byteLength(prefix);
    if (prefixBytes > PREFIX_BYTES_MAX) {
      throw new RangeError(`prefix has ${prefixBytes} bytes, the limit is ${PREFIX_BYTES_MAX}`);
    }
    this.#prefix = prefix;
  }

  newId(): string {
    this.#count++;
    return `${this.#prefix}${this.#count}`;
  }
}

/** Leaves 16 of an id's 64 bytes to the number. */
const PREFIX_BYTES_MAX = 48;
