/** The byte each element begins with: FoundationDB's tuple type codes. Those not listed are refused. */
export const CODE_NULL = 0x00;
export const CODE_BYTES = 0x01;
export const CODE_STRING = 0x02;
export const CODE_NESTED = 0x05;
export const CODE_NEGATIVE_LONG = 0x0b;
/** Integers of n bytes, 0 to 8, have the code 20 + n, and negative ones 20 - n. */
export const CODE_ZERO = 0x14;
export const CODE_POSITIVE_LONG = 0x1d;
export const CODE_FLOAT = 0x20;
export const CODE_DOUBLE = 0x21;
export const CODE_FALSE = 0x26;
export const CODE_TRUE = 0x27;
export const CODE_UUID = 0x30;
export const CODE_VERSIONSTAMP = 0x33;

/** Ends byte strings, text and nested tuples. */
export const TERMINATOR = 0x00;
/** After a `00`, says that it is data: a NUL in a string, a null in a nested tuple. */
export const ESCAPE = 0xff;
