import { spacedHex } from '../bytes/index.js';
import { EXPORT_LINE_BYTES_MAX } from './format.js';
import { malformedExport } from './malformed.js';

const LINE_FEED = 0x0a;

/** Cuts a file that arrives in pieces into lines, and keeps no more of it than one line may have. */
export class LineSplitter {
  readonly #pending = Buffer.allocUnsafe(EXPORT_LINE_BYTES_MAX);
  #pendingBytes = 0;
  #lineNumber = 1;

  /** Of the line that is next, or that is under way: counted from 1. */
  get lineNumber(): number {
    return this.#lineNumber;
  }

  /**
   * @param piece May be reused once the lines are taken.
   * @returns The lines that end in it, without line feeds, taken one by one.
   * @throws {KeyspaceError} `export.malformed` for a line that is too long or not printable ASCII.
   */
  *lines(piece: Uint8Array): Generator<string, void, undefined> {
    for (let start = 0; start < piece.length; ) {
      const end = piece.indexOf(LINE_FEED, start);
      this.#keep(piece.subarray(start, end === -1 ? undefined : end));
      if (end === -1) return;
      yield this.#take();
      this.#lineNumber++;
      start = end + 1;
    }
  }

  /** @throws {KeyspaceError} `export.malformed` if the last line has no line feed. */
  end(): void {
    if (this.#pendingBytes > 0) throw malformedExport(this.#lineNumber, 'the file ends within the line');
  }

  #keep(part: Uint8Array): void {
    // Room for the line feed, too.
    if (this.#pendingBytes + part.length >= EXPORT_LINE_BYTES_MAX) {
      throw malformedExport(this.#lineNumber, `it has more than ${EXPORT_LINE_BYTES_MAX} bytes`);
    }
    this.#pending.set(part, this.#pendingBytes);
    this.#pendingBytes += part.length;
  }

  #take(): string {
    const text = this.#pending.toString('latin1', 0, this.#pendingBytes);
    this.#pendingBytes = 0;
    const wrong = text.search(/[^ -~]/);
    if (wrong !== -1) {
      const byte = spacedHex(Uint8Array.of(text.charCodeAt(wrong)));
      throw malformedExport(this.#lineNumber, `byte ${wrong} is ${byte}, which is not printable ASCII`);
    }
    return text;
  }
}
