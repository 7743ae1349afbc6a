// Generated from field-v1.bare by `npm run generate`; not to be edited.
import assert from "node:assert/strict"
import * as bare from "../bare.js"

export type u64Safe = number

export type FieldInline = {
    readonly json: ArrayBuffer
}

export function readFieldInline(bc: bare.ByteCursor): FieldInline {
    return {
        json: bare.readData(bc),
    }
}

export function writeFieldInline(bc: bare.ByteCursor, x: FieldInline): void {
    bare.writeData(bc, x.json)
}

export type FieldBlob = {
    readonly digest: ArrayBuffer
    readonly byteCount: u64Safe
}

export function readFieldBlob(bc: bare.ByteCursor): FieldBlob {
    return {
        digest: bare.readFixedData(bc, 32),
        byteCount: bare.readU64Safe(bc),
    }
}

export function writeFieldBlob(bc: bare.ByteCursor, x: FieldBlob): void {
    {
        assert(x.digest.byteLength === 32)
        bare.writeFixedData(bc, x.digest)
    }
    bare.writeU64Safe(bc, x.byteCount)
}

export type FieldContent =
    | { readonly tag: "FieldInline"; readonly val: FieldInline }
    | { readonly tag: "FieldBlob"; readonly val: FieldBlob }

export function readFieldContent(bc: bare.ByteCursor): FieldContent {
    const offset = bc.offset
    const tag = bare.readU8(bc)
    switch (tag) {
        case 0:
            return { tag: "FieldInline", val: readFieldInline(bc) }
        case 1:
            return { tag: "FieldBlob", val: readFieldBlob(bc) }
        default: {
            bc.offset = offset
            throw new bare.BareError(offset, "invalid tag")
        }
    }
}

export function writeFieldContent(bc: bare.ByteCursor, x: FieldContent): void {
    switch (x.tag) {
        case "FieldInline": {
            bare.writeU8(bc, 0)
            writeFieldInline(bc, x.val)
            break
        }
        case "FieldBlob": {
            bare.writeU8(bc, 1)
            writeFieldBlob(bc, x.val)
            break
        }
    }
}

function read0(bc: bare.ByteCursor): u64Safe | undefined {
    return bare.readBool(bc) ? bare.readU64Safe(bc) : undefined
}

function write0(bc: bare.ByteCursor, x: u64Safe | undefined): void {
    bare.writeBool(bc, x != null)
    if (x != null) {
        bare.writeU64Safe(bc, x)
    }
}

export type Field = {
    readonly updatedAt: u64Safe
    readonly expiresAt: u64Safe | undefined
    readonly content: FieldContent
}

export function readField(bc: bare.ByteCursor): Field {
    return {
        updatedAt: bare.readU64Safe(bc),
        expiresAt: read0(bc),
        content: readFieldContent(bc),
    }
}

export function writeField(bc: bare.ByteCursor, x: Field): void {
    bare.writeU64Safe(bc, x.updatedAt)
    write0(bc, x.expiresAt)
    writeFieldContent(bc, x.content)
}
