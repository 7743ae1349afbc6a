/** Tags of the values that are neither plain data nor numbers. */
export const TAG = {
  /** Seconds since the Unix epoch; NaN is an invalid Date. */
  date: 1,
  /** The magnitude of a bigint, big-endian. */
  bigint: 2,
  /** -1 - n of a negative bigint, as its magnitude is written. */
  negativeBigint: 3,
  bytes: 64,
  set: 258,
  map: 259,
} as const;

/** Arrays, objects, Maps and Sets around the innermost value. */
export const CBOR_DEPTH_MAX = 128;

/** Largest magnitude of an integer of at most 4 bytes: 8-byte integers are bigints. */
const NUMBER_INTEGER_MAX = 0xffff_ffff;

/** Largest magnitude of an integer of 8 bytes. */
export const BIGINT_INTEGER_MAX = 0xffff_ffff_ffff_ffffn;

/** Whether a number is written as an integer, and not as a float: -2^32 to 2^32 - 1, but for -0. */
export function isNumberInteger(value: number): boolean {
  const magnitude = value < 0 ? -1 - value : value;
  return Number.isInteger(value) && magnitude <= NUMBER_INTEGER_MAX && !Object.is(value, -0);
}

/** Whether a bigint's magnitude (-1 - n of a negative one) is written as an integer of 8 bytes, and not after a tag. */
export function isBigintInteger(magnitude: bigint): boolean {
  return magnitude > NUMBER_INTEGER_MAX && magnitude <= BIGINT_INTEGER_MAX;
}
