// Generated from queue-metadata-v4.bare by `npm run generate`; not to be edited.
import * as bare from "../bare.js"

export type u32 = number
export type u64 = bigint

export type QueueMetadata = {
    readonly nextId: u64
    readonly size: u32
}

export function readQueueMetadata(bc: bare.ByteCursor): QueueMetadata {
    return {
        nextId: bare.readU64(bc),
        size: bare.readU32(bc),
    }
}

export function writeQueueMetadata(bc: bare.ByteCursor, x: QueueMetadata): void {
    bare.writeU64(bc, x.nextId)
    bare.writeU32(bc, x.size)
}
