// Generated from usage-v1.bare by `npm run generate`; not to be edited.
import assert from "node:assert/strict"
import * as bare from "../bare.js"

export type u64Safe = number

export type NamespaceUsage = {
    readonly keyCount: u64Safe
    readonly bytes: u64Safe
}

export function readNamespaceUsage(bc: bare.ByteCursor): NamespaceUsage {
    return {
        keyCount: bare.readU64Safe(bc),
        bytes: bare.readU64Safe(bc),
    }
}

export function writeNamespaceUsage(bc: bare.ByteCursor, x: NamespaceUsage): void {
    bare.writeU64Safe(bc, x.keyCount)
    bare.writeU64Safe(bc, x.bytes)
}

function read0(bc: bare.ByteCursor): readonly NamespaceUsage[] {
    const len = 13
    const result = [readNamespaceUsage(bc)]
    for (let i = 1; i < len; i++) {
        result[i] = readNamespaceUsage(bc)
    }
    return result
}

function write0(bc: bare.ByteCursor, x: readonly NamespaceUsage[]): void {
    assert(x.length === 13, "Unmatched length")
    for (let i = 0; i < x.length; i++) {
        writeNamespaceUsage(bc, x[i]!)
    }
}

export type Usage = {
    readonly namespaces: readonly NamespaceUsage[]
}

export function readUsage(bc: bare.ByteCursor): Usage {
    return {
        namespaces: read0(bc),
    }
}

export function writeUsage(bc: bare.ByteCursor, x: Usage): void {
    write0(bc, x.namespaces)
}
