/** @throws {TypeError} If `bytes` is not a `Uint8Array`; `name` says in the message what it is. */
export function assertBytes(bytes: Uint8Array, name: string): void {
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(`${name} must be a Uint8Array, not ${typeof bytes}`);
  }
}
