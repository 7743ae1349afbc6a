// Generated from queue-pending-v1.bare by `npm run generate`; not to be edited.
import * as bare from "../bare.js"

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

function read1(bc: bare.ByteCursor): string | undefined {
    return bare.readBool(bc) ? bare.readString(bc) : undefined
}

function write1(bc: bare.ByteCursor, x: string | undefined): void {
    bare.writeBool(bc, x != null)
    if (x != null) {
        bare.writeString(bc, x)
    }
}

export type QueuePending = {
    readonly name: string
    /**
     * Since when it waits; absent if it waits for a time rather than for a while.
     */
    readonly since: i64Safe | undefined
    /**
     * Present while it is leased.
     */
    readonly leaseId: string | undefined
}

export function readQueuePending(bc: bare.ByteCursor): QueuePending {
    return {
        name: bare.readString(bc),
        since: read0(bc),
        leaseId: read1(bc),
    }
}

export function writeQueuePending(bc: bare.ByteCursor, x: QueuePending): void {
    bare.writeString(bc, x.name)
    write0(bc, x.since)
    write1(bc, x.leaseId)
}
