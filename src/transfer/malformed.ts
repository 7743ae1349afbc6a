import { KeyspaceError } from '../errors.js';

/** What is wrong with a line of an export, counted from 1. */
export function malformedExport(
  lineNumber: number,
  reason: string,
  cause?: unknown,
): KeyspaceError<'export.malformed'> {
  return new KeyspaceError(
    'export.malformed',
    `line ${lineNumber} of the export: ${reason}`,
    { lineNumber, reason },
    { cause },
  );
}
