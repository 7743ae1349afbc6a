// Generated from trace-index-v1.bare by `npm run generate`; not to be edited.
import * as bare from "../bare.js"

export type u32 = number
export type u64 = bigint

export type TraceIndex = {
    readonly chunkBytes: u32
    readonly recordCount: u32
    readonly firstNs: u64
    readonly lastNs: u64
    readonly isSelfContained: boolean
    readonly traces: ArrayBuffer
    readonly names: ArrayBuffer
}

export function readTraceIndex(bc: bare.ByteCursor): TraceIndex {
    return {
        chunkBytes: bare.readU32(bc),
        recordCount: bare.readU32(bc),
        firstNs: bare.readU64(bc),
        lastNs: bare.readU64(bc),
        isSelfContained: bare.readBool(bc),
        traces: bare.readData(bc),
        names: bare.readData(bc),
    }
}

export function writeTraceIndex(bc: bare.ByteCursor, x: TraceIndex): void {
    bare.writeU32(bc, x.chunkBytes)
    bare.writeU32(bc, x.recordCount)
    bare.writeU64(bc, x.firstNs)
    bare.writeU64(bc, x.lastNs)
    bare.writeBool(bc, x.isSelfContained)
    bare.writeData(bc, x.traces)
    bare.writeData(bc, x.names)
}
