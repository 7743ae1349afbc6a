// Generated from blob-descriptor-v1.bare by `npm run generate`; not to be edited.
import * as bare from "../bare.js"

export type u32 = number
export type u64Safe = number

export type BlobDescriptor = {
    readonly byteCount: u64Safe
    readonly chunkBytes: u32
    readonly storedAt: u64Safe
}

export function readBlobDescriptor(bc: bare.ByteCursor): BlobDescriptor {
    return {
        byteCount: bare.readU64Safe(bc),
        chunkBytes: bare.readU32(bc),
        storedAt: bare.readU64Safe(bc),
    }
}

export function writeBlobDescriptor(bc: bare.ByteCursor, x: BlobDescriptor): void {
    bare.writeU64Safe(bc, x.byteCount)
    bare.writeU32(bc, x.chunkBytes)
    bare.writeU64Safe(bc, x.storedAt)
}
