import type { SqlValue } from './values.js';

export interface SqlFunctionOptions {
  /** Whether equal arguments always give equal results, so that it may be used in an index. Default false. */
  readonly deterministic?: boolean | undefined;
  /** How many arguments it takes; -1: any number. Default: how many the function declares. */
  readonly argumentCount?: number | undefined;
}

/** A function of the program's that SQL can call. */
export interface SqlFunction {
  readonly name: string;
  readonly argumentCount: number;
  readonly isDeterministic: boolean;
  readonly call: (...values: SqlValue[]) => unknown;
}

/** @throws {TypeError | RangeError} If something of it is not what SQLite takes. */
export function sqlFunction(
  name: string,
  call: (...values: SqlValue[]) => unknown,
  options: SqlFunctionOptions = {},
): SqlFunction {
  if (typeof name !== 'string' || typeof call !== 'function') {
    throw new TypeError('a function needs a name and something to call');
  }
  if (!/^[A-Za-z_]\w{0,63}$/.test(name))
    throw new RangeError('a function has a name of letters, digits and _');
  const { deterministic = false, argumentCount = call.length } = options;
  if (!Number.isInteger(argumentCount) || argumentCount < -1 || argumentCount > 100) {
    throw new RangeError(`argumentCount must be a whole number from -1 to 100, not ${String(argumentCount)}`);
  }
  return { name, argumentCount, isDeterministic: deterministic === true, call };
}
