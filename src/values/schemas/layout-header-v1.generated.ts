// Generated from layout-header-v1.bare by `npm run generate`; not to be edited.
import * as bare from "../bare.js"

export type u16 = number

export type LayoutHeader = {
    readonly layoutVersion: u16
}

export function readLayoutHeader(bc: bare.ByteCursor): LayoutHeader {
    return {
        layoutVersion: bare.readU16(bc),
    }
}

export function writeLayoutHeader(bc: bare.ByteCursor, x: LayoutHeader): void {
    bare.writeU16(bc, x.layoutVersion)
}
