import { createHash, hash } from 'node:crypto';
import { type ExportRecord, encodeBody } from './format.js';

const CHECK_DIGITS = 16;
const SUFFIX = /,"check":"([0-9a-f]{16})"\}$/;
const SUFFIX_CHARACTERS = ',"check":""}'.length + CHECK_DIGITS;

/** Writes lines, or follows those written: each has a check that depends on all lines before it. */
export class ExportChain {
  #check = '';
  readonly #all = createHash('sha256');

  /** The next line, with its line feed. */
  seal(record: ExportRecord): string {
    const body = encodeBody(record);
    const line = `${body},"check":"${checkOf(this.#check, body)}"}`;
    this.append(line);
    return `${line}\n`;
  }

  /**
   * What stands before the check of a line that is to be next, or why it cannot be.
   *
   * @param line Without its line feed.
   */
  open(line: string): { readonly body: string } | { readonly reason: string } {
    const check = SUFFIX.exec(line.slice(-SUFFIX_CHARACTERS))?.[1];
    if (check === undefined) return { reason: 'it does not end in a check' };
    const body = line.slice(0, -SUFFIX_CHARACTERS);
    if (checkOf(this.#check, body) === check) return { body };
    return { reason: 'its check does not match it and the lines before it' };
  }

  /** SHA-256, in hex, of all lines so far with their line feeds. */
  sha256(): string {
    return this.#all.copy().digest('hex');
  }

  /** Takes a line, without its line feed, as the next one. */
  append(line: string): void {
    this.#check = line.slice(-2 - CHECK_DIGITS, -2);
    this.#all.update(`${line}\n`);
  }
}

function checkOf(previousCheck: string, body: string): string {
  return hash('sha256', previousCheck + body).slice(0, CHECK_DIGITS);
}
