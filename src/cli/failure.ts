import { isKeyspaceError } from '../errors.js';

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
    default:
      return line;
  }
}

export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof InputError || isKeyspaceError(error, 'actor.id_invalid')
    ? EXIT.badInput
    : EXIT.failed;
}
