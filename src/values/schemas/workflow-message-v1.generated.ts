// Generated from workflow-message-v1.bare by `npm run generate`; not to be edited.
import * as bare from "../bare.js"

export type u64Safe = number

export type Message = {
    readonly id: string
    readonly name: string
    readonly data: ArrayBuffer
    readonly sentAt: u64Safe
}

export function readMessage(bc: bare.ByteCursor): Message {
    return {
        id: bare.readString(bc),
        name: bare.readString(bc),
        data: bare.readData(bc),
        sentAt: bare.readU64Safe(bc),
    }
}

export function writeMessage(bc: bare.ByteCursor, x: Message): void {
    bare.writeString(bc, x.id)
    bare.writeString(bc, x.name)
    bare.writeData(bc, x.data)
    bare.writeU64Safe(bc, x.sentAt)
}
