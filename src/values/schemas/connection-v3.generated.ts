// Generated from connection-v3.bare by `npm run generate`; not to be edited.
import assert from "node:assert/strict"
import * as bare from "../bare.js"

export type u16 = number

export type Subscription = {
    readonly eventName: string
}

export function readSubscription(bc: bare.ByteCursor): Subscription {
    return {
        eventName: bare.readString(bc),
    }
}

export function writeSubscription(bc: bare.ByteCursor, x: Subscription): void {
    bare.writeString(bc, x.eventName)
}

function read0(bc: bare.ByteCursor): readonly Subscription[] {
    const len = bare.readUintSafe(bc)
    if (len === 0) {
        return []
    }
    const result = [readSubscription(bc)]
    for (let i = 1; i < len; i++) {
        result[i] = readSubscription(bc)
    }
    return result
}

function write0(bc: bare.ByteCursor, x: readonly Subscription[]): void {
    bare.writeUintSafe(bc, x.length)
    for (let i = 0; i < x.length; i++) {
        writeSubscription(bc, x[i]!)
    }
}

function read1(bc: bare.ByteCursor): ReadonlyMap<string, string> {
    const len = bare.readUintSafe(bc)
    const result = new Map<string, string>()
    for (let i = 0; i < len; i++) {
        const offset = bc.offset
        const key = bare.readString(bc)
        if (result.has(key)) {
            bc.offset = offset
            throw new bare.BareError(offset, "duplicated key")
        }
        result.set(key, bare.readString(bc))
    }
    return result
}

function write1(bc: bare.ByteCursor, x: ReadonlyMap<string, string>): void {
    bare.writeUintSafe(bc, x.size)
    for (const kv of x) {
        bare.writeString(bc, kv[0])
        bare.writeString(bc, kv[1])
    }
}

export type Connection = {
    readonly id: string
    readonly parameters: ArrayBuffer
    readonly state: ArrayBuffer
    readonly subscriptions: readonly Subscription[]
    readonly gatewayId: ArrayBuffer
    readonly requestId: ArrayBuffer
    readonly serverMessageIndex: u16
    readonly clientMessageIndex: u16
    readonly requestPath: string
    readonly requestHeaders: ReadonlyMap<string, string>
}

export function readConnection(bc: bare.ByteCursor): Connection {
    return {
        id: bare.readString(bc),
        parameters: bare.readData(bc),
        state: bare.readData(bc),
        subscriptions: read0(bc),
        gatewayId: bare.readFixedData(bc, 4),
        requestId: bare.readFixedData(bc, 4),
        serverMessageIndex: bare.readU16(bc),
        clientMessageIndex: bare.readU16(bc),
        requestPath: bare.readString(bc),
        requestHeaders: read1(bc),
    }
}

export function writeConnection(bc: bare.ByteCursor, x: Connection): void {
    bare.writeString(bc, x.id)
    bare.writeData(bc, x.parameters)
    bare.writeData(bc, x.state)
    write0(bc, x.subscriptions)
    {
        assert(x.gatewayId.byteLength === 4)
        bare.writeFixedData(bc, x.gatewayId)
    }
    {
        assert(x.requestId.byteLength === 4)
        bare.writeFixedData(bc, x.requestId)
    }
    bare.writeU16(bc, x.serverMessageIndex)
    bare.writeU16(bc, x.clientMessageIndex)
    bare.writeString(bc, x.requestPath)
    write1(bc, x.requestHeaders)
}
