// Generated from actor-v1.bare by `npm run generate`; not to be edited.
import * as bare from "../bare.js"

export type u64Safe = number

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

export type Connection = {
    readonly id: string
    readonly token: string
    readonly parameters: ArrayBuffer
    readonly state: ArrayBuffer
    readonly subscriptions: readonly Subscription[]
    readonly lastSeen: u64Safe
}

export function readConnection(bc: bare.ByteCursor): Connection {
    return {
        id: bare.readString(bc),
        token: bare.readString(bc),
        parameters: bare.readData(bc),
        state: bare.readData(bc),
        subscriptions: read0(bc),
        lastSeen: bare.readU64Safe(bc),
    }
}

export function writeConnection(bc: bare.ByteCursor, x: Connection): void {
    bare.writeString(bc, x.id)
    bare.writeString(bc, x.token)
    bare.writeData(bc, x.parameters)
    bare.writeData(bc, x.state)
    write0(bc, x.subscriptions)
    bare.writeU64Safe(bc, x.lastSeen)
}

function read1(bc: bare.ByteCursor): ArrayBuffer | undefined {
    return bare.readBool(bc) ? bare.readData(bc) : undefined
}

function write1(bc: bare.ByteCursor, x: ArrayBuffer | undefined): void {
    bare.writeBool(bc, x != null)
    if (x != null) {
        bare.writeData(bc, x)
    }
}

export type GenericScheduledEvent = {
    readonly action: string
    readonly args: ArrayBuffer | undefined
}

export function readGenericScheduledEvent(bc: bare.ByteCursor): GenericScheduledEvent {
    return {
        action: bare.readString(bc),
        args: read1(bc),
    }
}

export function writeGenericScheduledEvent(bc: bare.ByteCursor, x: GenericScheduledEvent): void {
    bare.writeString(bc, x.action)
    write1(bc, x.args)
}

export type ScheduledEventKind =
    | { readonly tag: "GenericScheduledEvent"; readonly val: GenericScheduledEvent }

export function readScheduledEventKind(bc: bare.ByteCursor): ScheduledEventKind {
    const offset = bc.offset
    const tag = bare.readU8(bc)
    switch (tag) {
        case 0:
            return { tag: "GenericScheduledEvent", val: readGenericScheduledEvent(bc) }
        default: {
            bc.offset = offset
            throw new bare.BareError(offset, "invalid tag")
        }
    }
}

export function writeScheduledEventKind(bc: bare.ByteCursor, x: ScheduledEventKind): void {
    switch (x.tag) {
        case "GenericScheduledEvent": {
            bare.writeU8(bc, 0)
            writeGenericScheduledEvent(bc, x.val)
            break
        }
    }
}

export type ScheduledEvent = {
    readonly eventId: string
    readonly timestamp: u64Safe
    readonly kind: ScheduledEventKind
}

export function readScheduledEvent(bc: bare.ByteCursor): ScheduledEvent {
    return {
        eventId: bare.readString(bc),
        timestamp: bare.readU64Safe(bc),
        kind: readScheduledEventKind(bc),
    }
}

export function writeScheduledEvent(bc: bare.ByteCursor, x: ScheduledEvent): void {
    bare.writeString(bc, x.eventId)
    bare.writeU64Safe(bc, x.timestamp)
    writeScheduledEventKind(bc, x.kind)
}

function read2(bc: bare.ByteCursor): readonly Connection[] {
    const len = bare.readUintSafe(bc)
    if (len === 0) {
        return []
    }
    const result = [readConnection(bc)]
    for (let i = 1; i < len; i++) {
        result[i] = readConnection(bc)
    }
    return result
}

function write2(bc: bare.ByteCursor, x: readonly Connection[]): void {
    bare.writeUintSafe(bc, x.length)
    for (let i = 0; i < x.length; i++) {
        writeConnection(bc, x[i]!)
    }
}

function read3(bc: bare.ByteCursor): readonly ScheduledEvent[] {
    const len = bare.readUintSafe(bc)
    if (len === 0) {
        return []
    }
    const result = [readScheduledEvent(bc)]
    for (let i = 1; i < len; i++) {
        result[i] = readScheduledEvent(bc)
    }
    return result
}

function write3(bc: bare.ByteCursor, x: readonly ScheduledEvent[]): void {
    bare.writeUintSafe(bc, x.length)
    for (let i = 0; i < x.length; i++) {
        writeScheduledEvent(bc, x[i]!)
    }
}

export type Actor = {
    readonly input: ArrayBuffer | undefined
    readonly hasInitialized: boolean
    readonly state: ArrayBuffer
    readonly connections: readonly Connection[]
    readonly scheduledEvents: readonly ScheduledEvent[]
}

export function readActor(bc: bare.ByteCursor): Actor {
    return {
        input: read1(bc),
        hasInitialized: bare.readBool(bc),
        state: bare.readData(bc),
        connections: read2(bc),
        scheduledEvents: read3(bc),
    }
}

export function writeActor(bc: bare.ByteCursor, x: Actor): void {
    write1(bc, x.input)
    bare.writeBool(bc, x.hasInitialized)
    bare.writeData(bc, x.state)
    write2(bc, x.connections)
    write3(bc, x.scheduledEvents)
}
