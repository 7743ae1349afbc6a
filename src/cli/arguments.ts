import { InvalidArgumentError } from 'commander';
import { encodeRoot } from '../layout/index.js';
import { failureLine } from './failure.js';

/** @throws {InvalidArgumentError} For what no file can be named. */
export function checkPath(path: string): string {
  if (path === '' || path.includes('\0')) throw new InvalidArgumentError('Not a path.');
  return path;
}

/** @throws {InvalidArgumentError} For what is no name of a root. */
export function checkRoot(name: string): string {
  try {
    encodeRoot(name);
    return name;
  } catch (error) {
    throw new InvalidArgumentError(failureLine(error));
  }
}
