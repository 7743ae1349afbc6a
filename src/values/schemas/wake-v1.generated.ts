// Generated from wake-v1.bare by `npm run generate`; not to be edited.
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

export type Wake = {
    readonly stateAt: u64Safe | undefined
    readonly queueAt: u64Safe | undefined
    readonly workflowAt: u64Safe | undefined
}

export function readWake(bc: bare.ByteCursor): Wake {
    return {
        stateAt: read0(bc),
        queueAt: read0(bc),
        workflowAt: read0(bc),
    }
}

export function writeWake(bc: bare.ByteCursor, x: Wake): void {
    write0(bc, x.stateAt)
    write0(bc, x.queueAt)
    write0(bc, x.workflowAt)
}
