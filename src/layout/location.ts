import { readUint, uintBytes, writeUint } from '../tuple/index.js';
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

const CODE_NESTED = 0x05;
const END = 0x00;

/** A name index is a tuple integer, a turn of a loop the nested tuple of its two integers. */
export const locationField: Field<Location> = {
  type: 'location',
  domain: 'name indexes and loop turns, each integer 0 to 2^53 - 1, to the end of the key',
  isTuple: true,
  isOpenEnded: true,
  least: NO_BYTES,
  measure(location, name) {
    if (!Array.isArray(location)) throw new TypeError(`${name} must be an array, not ${typeof location}`);
    let length = 0;
    for (let i = 0; i < location.length; i++) length += measureSegment(location[i], name);
    return length;
  },
  write(location, target, offset) {
    for (let i = 0; i < location.length; i++) {
      const segment = location[i] as LocationSegment;
      if (typeof segment === 'number') {
        offset = writeUint(target, offset, segment);
      } else {
        target[offset] = CODE_NESTED;
        offset = writeUint(target, offset + 1, segment.loop);
        offset = writeUint(target, offset, segment.iteration);
        target[offset++] = END;
      }
    }
    return offset;
  },
  read(reader) {
    const location: LocationSegment[] = [];
    while (reader.offset < reader.bytes.length) location.push(readSegment(reader));
    return location;
  },
};

function measureSegment(segment: unknown, name: string): number {
  if (typeof segment === 'number') return measureInteger(segment, name);
  if (typeof segment !== 'object' || segment === null) {
    throw new TypeError(`${name} must hold numbers and loop turns, not ${typeof segment}`);
  }
  const { loop, iteration } = segment as LoopIteration;
  return 2 + measureInteger(loop, `loop of ${name}`) + measureInteger(iteration, `iteration of ${name}`);
}

function measureInteger(value: number, name: string): number {
  assertWhole(value, 0, Number.MAX_SAFE_INTEGER, name);
  return uintBytes(value);
}

function readSegment(reader: KeyReader): LocationSegment {
  if (reader.bytes[reader.offset] !== CODE_NESTED) return readInteger(reader);
  reader.offset++;
  const loop = readInteger(reader);
  const iteration = readInteger(reader);
  if (reader.take(1)[0] !== END) {
    throw reader.malformed('a loop turn has more than two integers', reader.offset - 1);
  }
  return { loop, iteration };
}

function readInteger(reader: KeyReader): number {
  const value = readUint(reader.bytes, reader.offset);
  reader.offset += uintBytes(value);
  return value;
}
