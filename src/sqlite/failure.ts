import { KeyspaceError } from '../errors.js';

/** The codes of SQLite that are told apart. */
export const RESULT = {
  ok: 0,
  interrupt: 9,
  corrupt: 11,
  constraint: 19,
  auth: 23,
  notADatabase: 26,
  row: 100,
  done: 101,
} as const;

/** What SQLite reported, as an error of its own code. The message is SQLite's. */
export function sqliteFailure(resultCode: number, text: string): KeyspaceError {
  const message = `SQLite: ${text} (${resultCode})`;
  switch (resultCode & 0xff) {
    case RESULT.constraint:
      return new KeyspaceError('sqlite.constraint', message, { resultCode });
    case RESULT.corrupt:
    case RESULT.notADatabase:
      return new KeyspaceError('sqlite.corrupt', message, { reason: text });
    case RESULT.auth:
      return refused(text);
    default:
      return new KeyspaceError('sqlite.failed', message, { resultCode });
  }
}

export function refused(reason: string, cause?: unknown): KeyspaceError<'sqlite.refused'> {
  return new KeyspaceError('sqlite.refused', `SQLite: ${reason}`, { reason }, { cause });
}

export function unsupported(feature: string): KeyspaceError<'sqlite.unsupported'> {
  return new KeyspaceError('sqlite.unsupported', `${feature} is not supported here`, { feature });
}

export function rowsVoid(): KeyspaceError<'sqlite.rows_void'> {
  return new KeyspaceError('sqlite.rows_void', 'the rows are void: what they were read from is gone', {});
}
