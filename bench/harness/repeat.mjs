/** Results go here, so that none is computed for nothing. */
const held = new Array(16).fill(undefined);

/**
 * A run that goes through the inputs, on from where it left off, and around.
 *
 * @template Input
 * @param {(input: Input) => unknown} operation
 * @param {readonly Input[]} inputs A power of two of them.
 * @returns {(calls: number) => void}
 */
export function repeat(operation, inputs) {
  return compile('', operation, inputs);
}

/**
 * As {@link repeat}, each operation awaited before the next begins.
 *
 * @template Input
 * @param {(input: Input) => Promise<unknown>} operation
 * @param {readonly Input[]} inputs A power of two of them.
 * @returns {(calls: number) => Promise<void>}
 */
export function repeatAwaited(operation, inputs) {
  return compile('await', operation, inputs);
}

/** Compiled each time, since V8 optimises one loop shared by many operations for none of them. */
function compile(awaiting, operation, inputs) {
  if (inputs.length === 0 || (inputs.length & (inputs.length - 1)) !== 0) {
    throw new RangeError(`${inputs.length} inputs are not a power of two`);
  }
  const make = new Function(
    'operation',
    'inputs',
    'held',
    `let next = 0;
    const mask = inputs.length - 1;
    return ${awaiting && 'async'} (calls) => {
      const end = next + calls;
      for (; next < end; next++) held[next & 15] = ${awaiting} operation(inputs[next & mask]);
      next &= mask;
    };`,
  );
  return make(operation, inputs, held);
}
