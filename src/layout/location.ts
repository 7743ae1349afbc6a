import { CODE_NESTED, TERMINATOR, uintBytes, writeUint } from '../tuple/index.js';
import { assertWhole, type Field, NO_BYTES } from './field.js';
import type { KeyReader } from './reader.js';

/** One turn of a loop: the index of the loop's interned name, and the iteration counted from 0. */
export interface LoopIteration {
  readonly loop: number;
  readonly iteration: number;
}

/** The index of an interned name, or one turn of a loop. */
export type LocationSegment = number | LoopIteration;

/** Where in a workflow's tree an entry is, from the root down. The empty location is the root. */
export type Location = readonly LocationSegment[];

/** A name index is a tuple integer, a turn of a loop the nested tuple of its two integers. */
export const locationField: Field<Location> = {
  type: 'location',
  domain: 'name indexes and loop turns, each integer 0 to 2^53 - 1, to the end of the key',
  isTuple: true,
  isOpenEnded: true,
  least: NO_BYTES,
  measure(location, name) {
    assertArray(location, name);
    let length = 0;
    for (let i = 0; i < location.length; i++) length += measureSegment(location[i], name);
    return length;
  },
  write(location, target, offset, name) {
    assertArray(location, name);
    for (let i = 0; i < location.length; i++) offset = writeSegment(location[i], target, offset, name);
    return offset;
  },
  read(reader) {
    const location: LocationSegment[] = [];
    while (reader.offset < reader.bytes.length) location.push(readSegment(reader));
    return location;
  },
};

function assertArray(location: Location, name: string): void {
  if (!Array.isArray(location)) throw new TypeError(`${name} must be an array, not ${typeof location}`);
}

function measureSegment(segment: unknown, name: string): number {
  if (typeof segment === 'number') return uintBytes(checked(segment, name));
  assertTurn(segment, name);
  return 2 + uintBytes(checked(segment.loop, name)) + uintBytes(checked(segment.iteration, name));
}

function writeSegment(segment: unknown, target: Uint8Array, offset: number, name: string): number {
  if (typeof segment === 'number') return writeUint(target, offset, checked(segment, name));
  assertTurn(segment, name);
  target[offset] = CODE_NESTED;
  const afterLoop = writeUint(target, offset + 1, checked(segment.loop, name));
  const end = writeUint(target, afterLoop, checked(segment.iteration, name));
  target[end] = TERMINATOR;
  return end + 1;
}

function assertTurn(segment: unknown, name: string): asserts segment is LoopIteration {
  if (typeof segment !== 'object' || segment === null) {
    throw new TypeError(`${name} must hold numbers and loop turns, not ${typeof segment}`);
  }
}

function checked(value: number, name: string): number {
  assertWhole(value, 0, Number.MAX_SAFE_INTEGER, name);
  return value;
}

function readSegment(reader: KeyReader): LocationSegment {
  if (reader.bytes[reader.offset] !== CODE_NESTED) return reader.uint();
  reader.offset++;
  const loop = reader.uint();
  const iteration = reader.uint();
  if (reader.bytes[reader.advance(1)] !== TERMINATOR) {
    throw reader.malformed('a loop turn has more than two integers', reader.offset - 1);
  }
  return { loop, iteration };
}
