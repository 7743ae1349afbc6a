/**
 * The first byte string that sorts after every string beginning with `prefix`: trailing `ff` bytes
 * are dropped and the last remaining byte is incremented.
 *
 * @returns A new array the caller owns.
 * @throws {RangeError} If `prefix` is empty or all `ff`, since no such string exists.
 */
export function strinc(prefix: Uint8Array): Uint8Array {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) length--;
  if (length === 0)
    throw new RangeError(`no byte string follows all strings with this ${prefix.length}-byte prefix`);
  const next = new Uint8Array(prefix.subarray(0, length));
  next[length - 1] = (next[length - 1] as number) + 1;
  return next;
}
