/** Lower-case hex of the bytes, two digits each, without separators. */
export function toHex(bytes: Uint8Array): string {
  return hexSlice.call(bytes, 0, bytes.length);
}

// A Buffer of the same memory would first move a short array's off the JavaScript heap, at many times the cost.
const { hexSlice } = Buffer.prototype as Buffer & {
  hexSlice(this: Uint8Array, start: number, end: number): string;
};

/** Lower-case hex with a space between bytes. */
export function spacedHex(bytes: Uint8Array): string {
  return toHex(bytes).replace(/..(?=.)/g, '$& ');
}

/**
 * Bytes of a hex string, either case.
 *
 * @throws {RangeError} If the length is odd or a character is not a hex digit.
 */
export function fromHex(hex: string): Uint8Array {
  // Buffer.from(…, 'hex') silently stops at the first bad digit.
  if (hex.length % 2 !== 0 || /[^0-9a-f]/i.test(hex)) {
    throw new RangeError(`not a hex string of whole bytes: ${hex.length} characters`);
  }
  return new Uint8Array(Buffer.from(hex, 'hex'));
}
