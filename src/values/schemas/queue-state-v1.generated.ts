// Generated from queue-state-v1.bare by `npm run generate`; not to be edited.
import assert from "node:assert/strict"
import * as bare from "../bare.js"

export type u32 = number
export type i64Safe = number

function read0(bc: bare.ByteCursor): i64Safe | undefined {
    return bare.readBool(bc) ? bare.readI64Safe(bc) : undefined
}

function write0(bc: bare.ByteCursor, x: i64Safe | undefined): void {
    bare.writeBool(bc, x != null)
    if (x != null) {
        bare.writeI64Safe(bc, x)
    }
}

export type QueueState = {
    /**
     * The metadata that the index matches, byte for byte.
     */
    readonly metadata: ArrayBuffer
    /**
     * Messages in the index of ready ones.
     */
    readonly ready: u32
    readonly paused: boolean
    /**
     * The latest time at which the queue was used.
     */
    readonly clock: i64Safe
    /**
     * When the actor is due because of the queue.
     */
    readonly wakeAt: i64Safe | undefined
}

export function readQueueState(bc: bare.ByteCursor): QueueState {
    return {
        metadata: bare.readFixedData(bc, 14),
        ready: bare.readU32(bc),
        paused: bare.readBool(bc),
        clock: bare.readI64Safe(bc),
        wakeAt: read0(bc),
    }
}

export function writeQueueState(bc: bare.ByteCursor, x: QueueState): void {
    {
        assert(x.metadata.byteLength === 14)
        bare.writeFixedData(bc, x.metadata)
    }
    bare.writeU32(bc, x.ready)
    bare.writeBool(bc, x.paused)
    bare.writeI64Safe(bc, x.clock)
    write0(bc, x.wakeAt)
}
