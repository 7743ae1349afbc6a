// Generated from queue-response-v1.bare by `npm run generate`; not to be edited.
import * as bare from "../bare.js"

export type i64Safe = number

export type QueueResponse = {
    readonly body: ArrayBuffer
    readonly completedAt: i64Safe
    readonly expiresAt: i64Safe
}

export function readQueueResponse(bc: bare.ByteCursor): QueueResponse {
    return {
        body: bare.readData(bc),
        completedAt: bare.readI64Safe(bc),
        expiresAt: bare.readI64Safe(bc),
    }
}

export function writeQueueResponse(bc: bare.ByteCursor, x: QueueResponse): void {
    bare.writeData(bc, x.body)
    bare.writeI64Safe(bc, x.completedAt)
    bare.writeI64Safe(bc, x.expiresAt)
}
