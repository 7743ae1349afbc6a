// Generated from import-marker-v1.bare by `npm run generate`; not to be edited.
import * as bare from "../bare.js"

export type ImportMarker = {
    readonly importId: string
}

export function readImportMarker(bc: bare.ByteCursor): ImportMarker {
    return {
        importId: bare.readString(bc),
    }
}

export function writeImportMarker(bc: bare.ByteCursor, x: ImportMarker): void {
    bare.writeString(bc, x.importId)
}
