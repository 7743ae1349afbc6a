// Generated from workflow-entry-v1.bare by `npm run generate`; not to be edited.
import * as bare from "../bare.js"

export type u8 = number
export type u32 = number
export type u64Safe = number

export type NameIndex = u32

export function readNameIndex(bc: bare.ByteCursor): NameIndex {
    return bare.readU32(bc)
}

export function writeNameIndex(bc: bare.ByteCursor, x: NameIndex): void {
    bare.writeU32(bc, x)
}

export type LoopTurn = {
    readonly loop: u32
    readonly iteration: u32
}

export function readLoopTurn(bc: bare.ByteCursor): LoopTurn {
    return {
        loop: bare.readU32(bc),
        iteration: bare.readU32(bc),
    }
}

export function writeLoopTurn(bc: bare.ByteCursor, x: LoopTurn): void {
    bare.writeU32(bc, x.loop)
    bare.writeU32(bc, x.iteration)
}

export type Segment =
    | { readonly tag: "NameIndex"; readonly val: NameIndex }
    | { readonly tag: "LoopTurn"; readonly val: LoopTurn }

export function readSegment(bc: bare.ByteCursor): Segment {
    const offset = bc.offset
    const tag = bare.readU8(bc)
    switch (tag) {
        case 0:
            return { tag: "NameIndex", val: readNameIndex(bc) }
        case 1:
            return { tag: "LoopTurn", val: readLoopTurn(bc) }
        default: {
            bc.offset = offset
            throw new bare.BareError(offset, "invalid tag")
        }
    }
}

export function writeSegment(bc: bare.ByteCursor, x: Segment): void {
    switch (x.tag) {
        case "NameIndex": {
            bare.writeU8(bc, 0)
            writeNameIndex(bc, x.val)
            break
        }
        case "LoopTurn": {
            bare.writeU8(bc, 1)
            writeLoopTurn(bc, x.val)
            break
        }
    }
}

function read0(bc: bare.ByteCursor): ArrayBuffer | undefined {
    return bare.readBool(bc) ? bare.readData(bc) : undefined
}

function write0(bc: bare.ByteCursor, x: ArrayBuffer | undefined): void {
    bare.writeBool(bc, x != null)
    if (x != null) {
        bare.writeData(bc, x)
    }
}

function read1(bc: bare.ByteCursor): string | undefined {
    return bare.readBool(bc) ? bare.readString(bc) : undefined
}

function write1(bc: bare.ByteCursor, x: string | undefined): void {
    bare.writeBool(bc, x != null)
    if (x != null) {
        bare.writeString(bc, x)
    }
}

export type Step = {
    readonly output: ArrayBuffer | undefined
    readonly error: string | undefined
}

export function readStep(bc: bare.ByteCursor): Step {
    return {
        output: read0(bc),
        error: read1(bc),
    }
}

export function writeStep(bc: bare.ByteCursor, x: Step): void {
    write0(bc, x.output)
    write1(bc, x.error)
}

export type Loop = {
    readonly state: ArrayBuffer
    readonly iteration: u32
    readonly output: ArrayBuffer | undefined
}

export function readLoop(bc: bare.ByteCursor): Loop {
    return {
        state: bare.readData(bc),
        iteration: bare.readU32(bc),
        output: read0(bc),
    }
}

export function writeLoop(bc: bare.ByteCursor, x: Loop): void {
    bare.writeData(bc, x.state)
    bare.writeU32(bc, x.iteration)
    write0(bc, x.output)
}

export type Sleep = {
    readonly deadline: u64Safe
    readonly state: u8
}

export function readSleep(bc: bare.ByteCursor): Sleep {
    return {
        deadline: bare.readU64Safe(bc),
        state: bare.readU8(bc),
    }
}

export function writeSleep(bc: bare.ByteCursor, x: Sleep): void {
    bare.writeU64Safe(bc, x.deadline)
    bare.writeU8(bc, x.state)
}

export type Message = {
    readonly name: string
    readonly data: ArrayBuffer
}

export function readMessage(bc: bare.ByteCursor): Message {
    return {
        name: bare.readString(bc),
        data: bare.readData(bc),
    }
}

export function writeMessage(bc: bare.ByteCursor, x: Message): void {
    bare.writeString(bc, x.name)
    bare.writeData(bc, x.data)
}

export type RollbackCheckpoint = {
    readonly name: string
}

export function readRollbackCheckpoint(bc: bare.ByteCursor): RollbackCheckpoint {
    return {
        name: bare.readString(bc),
    }
}

export function writeRollbackCheckpoint(bc: bare.ByteCursor, x: RollbackCheckpoint): void {
    bare.writeString(bc, x.name)
}

export type Branch = {
    readonly status: u8
    readonly output: ArrayBuffer | undefined
    readonly error: string | undefined
}

export function readBranch(bc: bare.ByteCursor): Branch {
    return {
        status: bare.readU8(bc),
        output: read0(bc),
        error: read1(bc),
    }
}

export function writeBranch(bc: bare.ByteCursor, x: Branch): void {
    bare.writeU8(bc, x.status)
    write0(bc, x.output)
    write1(bc, x.error)
}

function read2(bc: bare.ByteCursor): ReadonlyMap<string, Branch> {
    const len = bare.readUintSafe(bc)
    const result = new Map<string, Branch>()
    for (let i = 0; i < len; i++) {
        const offset = bc.offset
        const key = bare.readString(bc)
        if (result.has(key)) {
            bc.offset = offset
            throw new bare.BareError(offset, "duplicated key")
        }
        result.set(key, readBranch(bc))
    }
    return result
}

function write2(bc: bare.ByteCursor, x: ReadonlyMap<string, Branch>): void {
    bare.writeUintSafe(bc, x.size)
    for (const kv of x) {
        bare.writeString(bc, kv[0])
        writeBranch(bc, kv[1])
    }
}

export type Join = {
    readonly branches: ReadonlyMap<string, Branch>
}

export function readJoin(bc: bare.ByteCursor): Join {
    return {
        branches: read2(bc),
    }
}

export function writeJoin(bc: bare.ByteCursor, x: Join): void {
    write2(bc, x.branches)
}

export type Race = {
    readonly winner: string | undefined
    readonly branches: ReadonlyMap<string, Branch>
}

export function readRace(bc: bare.ByteCursor): Race {
    return {
        winner: read1(bc),
        branches: read2(bc),
    }
}

export function writeRace(bc: bare.ByteCursor, x: Race): void {
    write1(bc, x.winner)
    write2(bc, x.branches)
}

export type Removed = {
    readonly originalType: string
    readonly originalName: string | undefined
}

export function readRemoved(bc: bare.ByteCursor): Removed {
    return {
        originalType: bare.readString(bc),
        originalName: read1(bc),
    }
}

export function writeRemoved(bc: bare.ByteCursor, x: Removed): void {
    bare.writeString(bc, x.originalType)
    write1(bc, x.originalName)
}

export type Kind =
    | { readonly tag: "Step"; readonly val: Step }
    | { readonly tag: "Loop"; readonly val: Loop }
    | { readonly tag: "Sleep"; readonly val: Sleep }
    | { readonly tag: "Message"; readonly val: Message }
    | { readonly tag: "RollbackCheckpoint"; readonly val: RollbackCheckpoint }
    | { readonly tag: "Join"; readonly val: Join }
    | { readonly tag: "Race"; readonly val: Race }
    | { readonly tag: "Removed"; readonly val: Removed }

export function readKind(bc: bare.ByteCursor): Kind {
    const offset = bc.offset
    const tag = bare.readU8(bc)
    switch (tag) {
        case 0:
            return { tag: "Step", val: readStep(bc) }
        case 1:
            return { tag: "Loop", val: readLoop(bc) }
        case 2:
            return { tag: "Sleep", val: readSleep(bc) }
        case 3:
            return { tag: "Message", val: readMessage(bc) }
        case 4:
            return { tag: "RollbackCheckpoint", val: readRollbackCheckpoint(bc) }
        case 5:
            return { tag: "Join", val: readJoin(bc) }
        case 6:
            return { tag: "Race", val: readRace(bc) }
        case 7:
            return { tag: "Removed", val: readRemoved(bc) }
        default: {
            bc.offset = offset
            throw new bare.BareError(offset, "invalid tag")
        }
    }
}

export function writeKind(bc: bare.ByteCursor, x: Kind): void {
    switch (x.tag) {
        case "Step": {
            bare.writeU8(bc, 0)
            writeStep(bc, x.val)
            break
        }
        case "Loop": {
            bare.writeU8(bc, 1)
            writeLoop(bc, x.val)
            break
        }
        case "Sleep": {
            bare.writeU8(bc, 2)
            writeSleep(bc, x.val)
            break
        }
        case "Message": {
            bare.writeU8(bc, 3)
            writeMessage(bc, x.val)
            break
        }
        case "RollbackCheckpoint": {
            bare.writeU8(bc, 4)
            writeRollbackCheckpoint(bc, x.val)
            break
        }
        case "Join": {
            bare.writeU8(bc, 5)
            writeJoin(bc, x.val)
            break
        }
        case "Race": {
            bare.writeU8(bc, 6)
            writeRace(bc, x.val)
            break
        }
        case "Removed": {
            bare.writeU8(bc, 7)
            writeRemoved(bc, x.val)
            break
        }
    }
}

function read3(bc: bare.ByteCursor): readonly Segment[] {
    const len = bare.readUintSafe(bc)
    if (len === 0) {
        return []
    }
    const result = [readSegment(bc)]
    for (let i = 1; i < len; i++) {
        result[i] = readSegment(bc)
    }
    return result
}

function write3(bc: bare.ByteCursor, x: readonly Segment[]): void {
    bare.writeUintSafe(bc, x.length)
    for (let i = 0; i < x.length; i++) {
        writeSegment(bc, x[i]!)
    }
}

export type Entry = {
    readonly id: string
    readonly location: readonly Segment[]
    readonly kind: Kind
}

export function readEntry(bc: bare.ByteCursor): Entry {
    return {
        id: bare.readString(bc),
        location: read3(bc),
        kind: readKind(bc),
    }
}

export function writeEntry(bc: bare.ByteCursor, x: Entry): void {
    bare.writeString(bc, x.id)
    write3(bc, x.location)
    writeKind(bc, x.kind)
}
