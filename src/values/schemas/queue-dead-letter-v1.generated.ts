// Generated from queue-dead-letter-v1.bare by `npm run generate`; not to be edited.
import * as bare from "../bare.js"

export type i64Safe = number

export type QueueDeadLetter = {
    readonly message: ArrayBuffer
    readonly reason: string
    readonly deadAt: i64Safe
}

export function readQueueDeadLetter(bc: bare.ByteCursor): QueueDeadLetter {
    return {
        message: bare.readData(bc),
        reason: bare.readString(bc),
        deadAt: bare.readI64Safe(bc),
    }
}

export function writeQueueDeadLetter(bc: bare.ByteCursor, x: QueueDeadLetter): void {
    bare.writeData(bc, x.message)
    bare.writeString(bc, x.reason)
    bare.writeI64Safe(bc, x.deadAt)
}
