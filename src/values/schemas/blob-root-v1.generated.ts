// Generated from blob-root-v1.bare by `npm run generate`; not to be edited.
import * as bare from "../bare.js"

export type u64Safe = number

export type BlobRoot = {
    readonly memberCount: u64Safe
    readonly replacedAt: u64Safe
}

export function readBlobRoot(bc: bare.ByteCursor): BlobRoot {
    return {
        memberCount: bare.readU64Safe(bc),
        replacedAt: bare.readU64Safe(bc),
    }
}

export function writeBlobRoot(bc: bare.ByteCursor, x: BlobRoot): void {
    bare.writeU64Safe(bc, x.memberCount)
    bare.writeU64Safe(bc, x.replacedAt)
}
