// Generated from blob-retirement-v1.bare by `npm run generate`; not to be edited.
import * as bare from "../bare.js"

export type u64Safe = number

export type BlobRetirement = {
    readonly retiredAt: u64Safe
}

export function readBlobRetirement(bc: bare.ByteCursor): BlobRetirement {
    return {
        retiredAt: bare.readU64Safe(bc),
    }
}

export function writeBlobRetirement(bc: bare.ByteCursor, x: BlobRetirement): void {
    bare.writeU64Safe(bc, x.retiredAt)
}
