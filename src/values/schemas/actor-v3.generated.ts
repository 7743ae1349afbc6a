// Generated from actor-v3.bare by `npm run generate`; not to be edited.
import * as bare from "../bare.js"

export type i64Safe = number

function read0(bc: bare.ByteCursor): ArrayBuffer | undefined {
    return bare.readBool(bc) ? bare.readData(bc) : undefined
}

function write0(bc: bare.ByteCursor, x: ArrayBuffer | undefined): void {
    bare.writeBool(bc, x != null)
    if (x != null) {
        bare.writeData(bc, x)
    }
}

export type ScheduledEvent = {
    readonly eventId: string
    readonly timestamp: i64Safe
    readonly action: string
    readonly args: ArrayBuffer | undefined
}

export function readScheduledEvent(bc: bare.ByteCursor): ScheduledEvent {
    return {
        eventId: bare.readString(bc),
        timestamp: bare.readI64Safe(bc),
        action: bare.readString(bc),
        args: read0(bc),
    }
}

export function writeScheduledEvent(bc: bare.ByteCursor, x: ScheduledEvent): void {
    bare.writeString(bc, x.eventId)
    bare.writeI64Safe(bc, x.timestamp)
    bare.writeString(bc, x.action)
    write0(bc, x.args)
}

function read1(bc: bare.ByteCursor): readonly ScheduledEvent[] {
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

function write1(bc: bare.ByteCursor, x: readonly ScheduledEvent[]): void {
    bare.writeUintSafe(bc, x.length)
    for (let i = 0; i < x.length; i++) {
        writeScheduledEvent(bc, x[i]!)
    }
}

export type Actor = {
    readonly input: ArrayBuffer | undefined
    readonly hasInitialized: boolean
    readonly state: ArrayBuffer
    readonly scheduledEvents: readonly ScheduledEvent[]
}

export function readActor(bc: bare.ByteCursor): Actor {
    return {
        input: read0(bc),
        hasInitialized: bare.readBool(bc),
        state: bare.readData(bc),
        scheduledEvents: read1(bc),
    }
}

export function writeActor(bc: bare.ByteCursor, x: Actor): void {
    write0(bc, x.input)
    bare.writeBool(bc, x.hasInitialized)
    bare.writeData(bc, x.state)
    write1(bc, x.scheduledEvents)
}
