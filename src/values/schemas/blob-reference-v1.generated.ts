// Generated from blob-reference-v1.bare by `npm run generate`; not to be edited.
import * as bare from "../bare.js"

export type u64Safe = number

function read0(bc: bare.ByteCursor): u64Safe | undefined {
    return bare.readBool(bc) ? bare.readU64Safe(bc) : undefined
}

function write0(bc: bare.ByteCursor, x: u64Safe | undefined): void {
    bare.writeBool(bc, x != null)
    if (x != null) {
        bare.writeU64Safe(bc, x)
    }
}

export type BlobReference = {
    readonly referencedAt: u64Safe
    readonly expiresAt: u64Safe | undefined
}

export function readBlobReference(bc: bare.ByteCursor): BlobReference {
    return {
        referencedAt: bare.readU64Safe(bc),
        expiresAt: read0(bc),
    }
}

export function writeBlobReference(bc: bare.ByteCursor, x: BlobReference): void {
    bare.writeU64Safe(bc, x.referencedAt)
    write0(bc, x.expiresAt)
}
