// Generated from blob-upload-v1.bare by `npm run generate`; not to be edited.
import assert from "node:assert/strict"
import * as bare from "../bare.js"

export type u64Safe = number

function read0(bc: bare.ByteCursor): ArrayBuffer | undefined {
    return bare.readBool(bc) ? bare.readFixedData(bc, 32) : undefined
}

function write0(bc: bare.ByteCursor, x: ArrayBuffer | undefined): void {
    bare.writeBool(bc, x != null)
    if (x != null) {
        {
            assert(x.byteLength === 32)
            bare.writeFixedData(bc, x)
        }
    }
}

export type BlobUpload = {
    readonly expiresAt: u64Safe
    readonly digest: ArrayBuffer | undefined
}

export function readBlobUpload(bc: bare.ByteCursor): BlobUpload {
    return {
        expiresAt: bare.readU64Safe(bc),
        digest: read0(bc),
    }
}

export function writeBlobUpload(bc: bare.ByteCursor, x: BlobUpload): void {
    bare.writeU64Safe(bc, x.expiresAt)
    write0(bc, x.digest)
}
