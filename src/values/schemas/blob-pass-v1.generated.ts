// Generated from blob-pass-v1.bare by `npm run generate`; not to be edited.
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

export type BlobPass = {
    readonly endedAt: u64Safe | undefined
    readonly scanned: u64Safe
    readonly held: u64Safe
    readonly stamped: u64Safe
    readonly withinGrace: u64Safe
    readonly deleted: u64Safe
    readonly deletedBytes: u64Safe
    readonly spared: u64Safe
    readonly failed: u64Safe
}

export function readBlobPass(bc: bare.ByteCursor): BlobPass {
    return {
        endedAt: read0(bc),
        scanned: bare.readU64Safe(bc),
        held: bare.readU64Safe(bc),
        stamped: bare.readU64Safe(bc),
        withinGrace: bare.readU64Safe(bc),
        deleted: bare.readU64Safe(bc),
        deletedBytes: bare.readU64Safe(bc),
        spared: bare.readU64Safe(bc),
        failed: bare.readU64Safe(bc),
    }
}

export function writeBlobPass(bc: bare.ByteCursor, x: BlobPass): void {
    write0(bc, x.endedAt)
    bare.writeU64Safe(bc, x.scanned)
    bare.writeU64Safe(bc, x.held)
    bare.writeU64Safe(bc, x.stamped)
    bare.writeU64Safe(bc, x.withinGrace)
    bare.writeU64Safe(bc, x.deleted)
    bare.writeU64Safe(bc, x.deletedBytes)
    bare.writeU64Safe(bc, x.spared)
    bare.writeU64Safe(bc, x.failed)
}
