// Generated from queue-quarantine-v1.bare by `npm run generate`; not to be edited.
import * as bare from "../bare.js"

export type i64Safe = number

export type QueueQuarantine = {
    readonly reason: string
    readonly at: i64Safe
    readonly hasBytes: boolean
}

export function readQueueQuarantine(bc: bare.ByteCursor): QueueQuarantine {
    return {
        reason: bare.readString(bc),
        at: bare.readI64Safe(bc),
        hasBytes: bare.readBool(bc),
    }
}

export function writeQueueQuarantine(bc: bare.ByteCursor, x: QueueQuarantine): void {
    bare.writeString(bc, x.reason)
    bare.writeI64Safe(bc, x.at)
    bare.writeBool(bc, x.hasBytes)
}
