// Generated from trace-chunk-v2.bare by `npm run generate`; not to be edited.
import * as bare from "../bare.js"

export type u8 = number
export type u32 = number

export type CompressedChunk = {
    readonly algorithm: u8
    readonly chunkBytes: u32
    readonly data: ArrayBuffer
}

export function readCompressedChunk(bc: bare.ByteCursor): CompressedChunk {
    return {
        algorithm: bare.readU8(bc),
        chunkBytes: bare.readU32(bc),
        data: bare.readData(bc),
    }
}

export function writeCompressedChunk(bc: bare.ByteCursor, x: CompressedChunk): void {
    bare.writeU8(bc, x.algorithm)
    bare.writeU32(bc, x.chunkBytes)
    bare.writeData(bc, x.data)
}
