import type { Readable, Writable } from 'node:stream';
import { InvalidArgumentError } from 'commander';
import { encodeRoot } from '../layout/index.js';
import { failureLine } from './failure.js';
import type { Output } from './output.js';

/** The process as the program sees it. */
export interface Surroundings {
  readonly stdin: Readable;
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env: NodeJS.ProcessEnv;
}

/** What a command works with. */
export interface Context extends Surroundings {
  readonly output: Output;
  /** Tells of a failure that does not end the command. */
  fail(error: unknown, where?: string): Promise<void>;
}

export function checkPath(path: string): string {
  if (path === '' || path.includes('\0')) throw new InvalidArgumentError('Not a path.');
  return path;
}

export function checkRoot(name: string): string {
  try {
    encodeRoot(name);
    return name;
  } catch (error) {
    throw new InvalidArgumentError(failureLine(error));
  }
}

export function wholeNumber(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number))
    throw new InvalidArgumentError('Not a whole number.');
  return number;
}
