import { isKeyspaceError } from '../../src/errors.js';

/** Offset at which a tuple is malformed; accepting it, or any other error, fails the test. */
export function failureOffset(decode: () => unknown): number {
  try {
    decode();
  } catch (error) {
    if (isKeyspaceError(error, 'tuple.malformed')) return error.details.byteOffset;
    throw error;
  }
  throw new Error('was accepted');
}
