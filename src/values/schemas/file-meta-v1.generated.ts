// Generated from file-meta-v1.bare by `npm run generate`; not to be edited.
import * as bare from "../bare.js"

export type u64Safe = number

export type FileMeta = {
    readonly size: u64Safe
}

export function readFileMeta(bc: bare.ByteCursor): FileMeta {
    return {
        size: bare.readU64Safe(bc),
    }
}

export function writeFileMeta(bc: bare.ByteCursor, x: FileMeta): void {
    bare.writeU64Safe(bc, x.size)
}
