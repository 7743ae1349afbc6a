// Generated from queue-message-v4.bare by `npm run generate`; not to be edited.
import * as bare from "../bare.js"

export type u32 = number
export type i64Safe = number

function read0(bc: bare.ByteCursor): u32 | undefined {
    return bare.readBool(bc) ? bare.readU32(bc) : undefined
}

function write0(bc: bare.ByteCursor, x: u32 | undefined): void {
    bare.writeBool(bc, x != null)
    if (x != null) {
        bare.writeU32(bc, x)
    }
}

function read1(bc: bare.ByteCursor): i64Safe | undefined {
    return bare.readBool(bc) ? bare.readI64Safe(bc) : undefined
}

function write1(bc: bare.ByteCursor, x: i64Safe | undefined): void {
    bare.writeBool(bc, x != null)
    if (x != null) {
        bare.writeI64Safe(bc, x)
    }
}

function read2(bc: bare.ByteCursor): boolean | undefined {
    return bare.readBool(bc) ? bare.readBool(bc) : undefined
}

function write2(bc: bare.ByteCursor, x: boolean | undefined): void {
    bare.writeBool(bc, x != null)
    if (x != null) {
        bare.writeBool(bc, x)
    }
}

export type QueueMessage = {
    readonly name: string
    readonly body: ArrayBuffer
    readonly createdAt: i64Safe
    readonly failureCount: u32 | undefined
    readonly availableAt: i64Safe | undefined
    readonly inFlight: boolean | undefined
    readonly inFlightAt: i64Safe | undefined
}

export function readQueueMessage(bc: bare.ByteCursor): QueueMessage {
    return {
        name: bare.readString(bc),
        body: bare.readData(bc),
        createdAt: bare.readI64Safe(bc),
        failureCount: read0(bc),
        availableAt: read1(bc),
        inFlight: read2(bc),
        inFlightAt: read1(bc),
    }
}

export function writeQueueMessage(bc: bare.ByteCursor, x: QueueMessage): void {
    bare.writeString(bc, x.name)
    bare.writeData(bc, x.body)
    bare.writeI64Safe(bc, x.createdAt)
    write0(bc, x.failureCount)
    write1(bc, x.availableAt)
    write2(bc, x.inFlight)
    write1(bc, x.inFlightAt)
}
