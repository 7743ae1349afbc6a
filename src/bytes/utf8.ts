const encoder = new TextEncoder();
// ignoreBOM keeps a leading U+FEFF, which is data here.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Whether the text has UTF-8 bytes of its own: a lone surrogate has none, and TextEncoder would replace it. */
export function isUtf8Encodable(text: string): boolean {
  return text.isWellFormed();
}

/**
 * UTF-8 bytes of the text, not normalised.
 *
 * @returns A new array the caller owns.
 * @throws {RangeError} If the text holds a lone surrogate.
 */
export function encodeUtf8(text: string): Uint8Array {
  if (!isUtf8Encodable(text)) throw new RangeError('text holds a lone surrogate, which UTF-8 cannot express');
  return encoder.encode(text);
}

/** The text of UTF-8 bytes, or `undefined` if they are not valid UTF-8 (overlong forms and surrogates included). */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
