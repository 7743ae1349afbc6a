/** Bytes as the generated codecs take them: a buffer of exactly these bytes, copied. */
export function toData(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

/** {@link toData} of an optional field. */
export function toOptionalData(bytes: Uint8Array | undefined): ArrayBuffer | undefined {
  return bytes === undefined ? undefined : toData(bytes);
}

/** The buffer of a decoded field, which is a copy already, as bytes. */
export function fromData(data: ArrayBuffer): Uint8Array {
  return new Uint8Array(data);
}
