// Generated from workflow-entry-metadata-v1.bare by `npm run generate`; not to be edited.
import * as bare from "../bare.js"

export type u8 = number
export type u32 = number
export type u64Safe = number

function read0(bc: bare.ByteCursor): string | undefined {
    return bare.readBool(bc) ? bare.readString(bc) : undefined
}

function write0(bc: bare.ByteCursor, x: string | undefined): void {
    bare.writeBool(bc, x != null)
    if (x != null) {
        bare.writeString(bc, x)
    }
}

function read1(bc: bare.ByteCursor): u64Safe | undefined {
    return bare.readBool(bc) ? bare.readU64Safe(bc) : undefined
}

function write1(bc: bare.ByteCursor, x: u64Safe | undefined): void {
    bare.writeBool(bc, x != null)
    if (x != null) {
        bare.writeU64Safe(bc, x)
    }
}

export type EntryMetadata = {
    readonly status: u8
    readonly error: string | undefined
    readonly attempts: u32
    readonly lastAttemptAt: u64Safe
    readonly createdAt: u64Safe
    readonly completedAt: u64Safe | undefined
    readonly rollbackCompletedAt: u64Safe | undefined
    readonly rollbackError: string | undefined
}

export function readEntryMetadata(bc: bare.ByteCursor): EntryMetadata {
    return {
        status: bare.readU8(bc),
        error: read0(bc),
        attempts: bare.readU32(bc),
        lastAttemptAt: bare.readU64Safe(bc),
        createdAt: bare.readU64Safe(bc),
        completedAt: read1(bc),
        rollbackCompletedAt: read1(bc),
        rollbackError: read0(bc),
    }
}

export function writeEntryMetadata(bc: bare.ByteCursor, x: EntryMetadata): void {
    bare.writeU8(bc, x.status)
    write0(bc, x.error)
    bare.writeU32(bc, x.attempts)
    bare.writeU64Safe(bc, x.lastAttemptAt)
    bare.writeU64Safe(bc, x.createdAt)
    write1(bc, x.completedAt)
    write1(bc, x.rollbackCompletedAt)
    write0(bc, x.rollbackError)
}
