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

/** A number that is an integer up to here is written as one, and as a float beyond: 8-byte integers are bigints. */
export const NUMBER_INTEGER_MAX = 0xffff_ffff;
