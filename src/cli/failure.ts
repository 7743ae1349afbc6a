import { type ErrorCode, isKeyspaceError } from '../errors.js';
import { quoted } from './output.js';

export const EXIT = { ok: 0, failed: 1, badInput: 2 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What was typed or piped in is wrong. */
export class InputError extends Error {
  /** More lines for a person to look at, such as a caret under the place. */
  readonly context: readonly string[];

  constructor(message: string, context: readonly string[] = [], options?: ErrorOptions) {
    super(message, options);
    this.context = context;
  }
}

/** One line without a stack: the code, if there is one, and the message. */
export function failureLine(error: unknown): string {
  if (!isKeyspaceError(error)) return error instanceof Error ? error.message : String(error);
  const line = `${error.code}: ${error.message}`;
  switch (error.code) {
    case 'store.not_recognised':
    case 'store.version_unsupported':
    case 'store.corrupt':
      return `${line} (${error.details.path})`;
    case 'value.corrupt':
      return `${line} (key ${error.details.keyHex})`;
    case 'import.conflict': {
      const { actors, actorIds } = error.details;
      const told = actorIds.map((actorId) => quoted(actorId, 60));
      return `${line}: ${told.join(', ')}${actors > told.length ? ', …' : ''}`;
    }
    case 'export.refused':
    case 'import.unfinished':
      return `${line}; ${failureLine(error.cause)}`;
    default:
      return line;
  }
}

const BAD_INPUT: ReadonlySet<ErrorCode> = new Set([
  'actor.id_invalid',
  'export.malformed',
  'export.version_unsupported',
]);

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof InputError) return EXIT.badInput;
  return isKeyspaceError(error) && BAD_INPUT.has(error.code) ? EXIT.badInput : EXIT.failed;
}
