// Generated from queue-idempotency-v1.bare by `npm run generate`; not to be edited.
import assert from "node:assert/strict"
import * as bare from "../bare.js"

export type i64Safe = number

export type QueueIdempotency = {
    /**
     * Most significant byte first.
     */
    readonly messageId: ArrayBuffer
    readonly expiresAt: i64Safe
}

export function readQueueIdempotency(bc: bare.ByteCursor): QueueIdempotency {
    return {
        messageId: bare.readFixedData(bc, 8),
        expiresAt: bare.readI64Safe(bc),
    }
}

export function writeQueueIdempotency(bc: bare.ByteCursor, x: QueueIdempotency): void {
    {
        assert(x.messageId.byteLength === 8)
        bare.writeFixedData(bc, x.messageId)
    }
    bare.writeI64Safe(bc, x.expiresAt)
}
