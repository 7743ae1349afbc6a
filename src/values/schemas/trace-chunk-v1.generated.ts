// Generated from trace-chunk-v1.bare by `npm run generate`; not to be edited.
import * as bare from "../bare.js"

export type u8 = number
export type u32 = number
export type u64 = bigint

export type Attribute = {
    readonly key: u32
    readonly value: ArrayBuffer
}

export function readAttribute(bc: bare.ByteCursor): Attribute {
    return {
        key: bare.readU32(bc),
        value: bare.readData(bc),
    }
}

export function writeAttribute(bc: bare.ByteCursor, x: Attribute): void {
    bare.writeU32(bc, x.key)
    bare.writeData(bc, x.value)
}

function read0(bc: bare.ByteCursor): string | undefined {
    return bare.readBool(bc) ? bare.readString(bc) : undefined
}

function write0(bc: bare.ByteCursor, x: string | undefined): void {
    bare.writeBool(bc, x != null)
    if (x != null) {
        bare.writeString(bc, x)
    }
}

export type Status = {
    readonly code: u8
    readonly message: string | undefined
}

export function readStatus(bc: bare.ByteCursor): Status {
    return {
        code: bare.readU8(bc),
        message: read0(bc),
    }
}

export function writeStatus(bc: bare.ByteCursor, x: Status): void {
    bare.writeU8(bc, x.code)
    write0(bc, x.message)
}

function read1(bc: bare.ByteCursor): readonly Attribute[] {
    const len = bare.readUintSafe(bc)
    if (len === 0) {
        return []
    }
    const result = [readAttribute(bc)]
    for (let i = 1; i < len; i++) {
        result[i] = readAttribute(bc)
    }
    return result
}

function write1(bc: bare.ByteCursor, x: readonly Attribute[]): void {
    bare.writeUintSafe(bc, x.length)
    for (let i = 0; i < x.length; i++) {
        writeAttribute(bc, x[i]!)
    }
}

export type Link = {
    readonly traceId: ArrayBuffer
    readonly spanId: ArrayBuffer
    readonly traceState: string | undefined
    readonly attributes: readonly Attribute[]
    readonly droppedAttributesCount: u32
}

export function readLink(bc: bare.ByteCursor): Link {
    return {
        traceId: bare.readData(bc),
        spanId: bare.readData(bc),
        traceState: read0(bc),
        attributes: read1(bc),
        droppedAttributesCount: bare.readU32(bc),
    }
}

export function writeLink(bc: bare.ByteCursor, x: Link): void {
    bare.writeData(bc, x.traceId)
    bare.writeData(bc, x.spanId)
    write0(bc, x.traceState)
    write1(bc, x.attributes)
    bare.writeU32(bc, x.droppedAttributesCount)
}

function read2(bc: bare.ByteCursor): ArrayBuffer | undefined {
    return bare.readBool(bc) ? bare.readData(bc) : undefined
}

function write2(bc: bare.ByteCursor, x: ArrayBuffer | undefined): void {
    bare.writeBool(bc, x != null)
    if (x != null) {
        bare.writeData(bc, x)
    }
}

function read3(bc: bare.ByteCursor): readonly Link[] {
    const len = bare.readUintSafe(bc)
    if (len === 0) {
        return []
    }
    const result = [readLink(bc)]
    for (let i = 1; i < len; i++) {
        result[i] = readLink(bc)
    }
    return result
}

function write3(bc: bare.ByteCursor, x: readonly Link[]): void {
    bare.writeUintSafe(bc, x.length)
    for (let i = 0; i < x.length; i++) {
        writeLink(bc, x[i]!)
    }
}

export type SpanStart = {
    readonly traceId: ArrayBuffer
    readonly spanId: ArrayBuffer
    readonly parentSpanId: ArrayBuffer | undefined
    readonly name: u32
    readonly kind: u32
    readonly traceState: string | undefined
    readonly flags: u32
    readonly attributes: readonly Attribute[]
    readonly droppedAttributesCount: u32
    readonly links: readonly Link[]
    readonly droppedLinksCount: u32
}

export function readSpanStart(bc: bare.ByteCursor): SpanStart {
    return {
        traceId: bare.readData(bc),
        spanId: bare.readData(bc),
        parentSpanId: read2(bc),
        name: bare.readU32(bc),
        kind: bare.readU32(bc),
        traceState: read0(bc),
        flags: bare.readU32(bc),
        attributes: read1(bc),
        droppedAttributesCount: bare.readU32(bc),
        links: read3(bc),
        droppedLinksCount: bare.readU32(bc),
    }
}

export function writeSpanStart(bc: bare.ByteCursor, x: SpanStart): void {
    bare.writeData(bc, x.traceId)
    bare.writeData(bc, x.spanId)
    write2(bc, x.parentSpanId)
    bare.writeU32(bc, x.name)
    bare.writeU32(bc, x.kind)
    write0(bc, x.traceState)
    bare.writeU32(bc, x.flags)
    write1(bc, x.attributes)
    bare.writeU32(bc, x.droppedAttributesCount)
    write3(bc, x.links)
    bare.writeU32(bc, x.droppedLinksCount)
}

export type SpanEvent = {
    readonly spanId: ArrayBuffer
    readonly name: u32
    readonly attributes: readonly Attribute[]
    readonly droppedAttributesCount: u32
}

export function readSpanEvent(bc: bare.ByteCursor): SpanEvent {
    return {
        spanId: bare.readData(bc),
        name: bare.readU32(bc),
        attributes: read1(bc),
        droppedAttributesCount: bare.readU32(bc),
    }
}

export function writeSpanEvent(bc: bare.ByteCursor, x: SpanEvent): void {
    bare.writeData(bc, x.spanId)
    bare.writeU32(bc, x.name)
    write1(bc, x.attributes)
    bare.writeU32(bc, x.droppedAttributesCount)
}

function read4(bc: bare.ByteCursor): Status | undefined {
    return bare.readBool(bc) ? readStatus(bc) : undefined
}

function write4(bc: bare.ByteCursor, x: Status | undefined): void {
    bare.writeBool(bc, x != null)
    if (x != null) {
        writeStatus(bc, x)
    }
}

export type SpanUpdate = {
    readonly spanId: ArrayBuffer
    readonly attributes: readonly Attribute[]
    readonly droppedAttributesCount: u32
    readonly status: Status | undefined
}

export function readSpanUpdate(bc: bare.ByteCursor): SpanUpdate {
    return {
        spanId: bare.readData(bc),
        attributes: read1(bc),
        droppedAttributesCount: bare.readU32(bc),
        status: read4(bc),
    }
}

export function writeSpanUpdate(bc: bare.ByteCursor, x: SpanUpdate): void {
    bare.writeData(bc, x.spanId)
    write1(bc, x.attributes)
    bare.writeU32(bc, x.droppedAttributesCount)
    write4(bc, x.status)
}

export type SpanEnd = {
    readonly spanId: ArrayBuffer
    readonly status: Status | undefined
}

export function readSpanEnd(bc: bare.ByteCursor): SpanEnd {
    return {
        spanId: bare.readData(bc),
        status: read4(bc),
    }
}

export function writeSpanEnd(bc: bare.ByteCursor, x: SpanEnd): void {
    bare.writeData(bc, x.spanId)
    write4(bc, x.status)
}

export type SpanSnapshot = {
    readonly traceId: ArrayBuffer
    readonly spanId: ArrayBuffer
    readonly parentSpanId: ArrayBuffer | undefined
    readonly name: u32
    readonly kind: u32
    readonly startTimeUnixNs: u64
    readonly traceState: string | undefined
    readonly flags: u32
    readonly attributes: readonly Attribute[]
    readonly droppedAttributesCount: u32
    readonly links: readonly Link[]
    readonly droppedLinksCount: u32
    readonly status: Status | undefined
}

export function readSpanSnapshot(bc: bare.ByteCursor): SpanSnapshot {
    return {
        traceId: bare.readData(bc),
        spanId: bare.readData(bc),
        parentSpanId: read2(bc),
        name: bare.readU32(bc),
        kind: bare.readU32(bc),
        startTimeUnixNs: bare.readU64(bc),
        traceState: read0(bc),
        flags: bare.readU32(bc),
        attributes: read1(bc),
        droppedAttributesCount: bare.readU32(bc),
        links: read3(bc),
        droppedLinksCount: bare.readU32(bc),
        status: read4(bc),
    }
}

export function writeSpanSnapshot(bc: bare.ByteCursor, x: SpanSnapshot): void {
    bare.writeData(bc, x.traceId)
    bare.writeData(bc, x.spanId)
    write2(bc, x.parentSpanId)
    bare.writeU32(bc, x.name)
    bare.writeU32(bc, x.kind)
    bare.writeU64(bc, x.startTimeUnixNs)
    write0(bc, x.traceState)
    bare.writeU32(bc, x.flags)
    write1(bc, x.attributes)
    bare.writeU32(bc, x.droppedAttributesCount)
    write3(bc, x.links)
    bare.writeU32(bc, x.droppedLinksCount)
    write4(bc, x.status)
}

export type Body =
    | { readonly tag: "SpanStart"; readonly val: SpanStart }
    | { readonly tag: "SpanEvent"; readonly val: SpanEvent }
    | { readonly tag: "SpanUpdate"; readonly val: SpanUpdate }
    | { readonly tag: "SpanEnd"; readonly val: SpanEnd }
    | { readonly tag: "SpanSnapshot"; readonly val: SpanSnapshot }

export function readBody(bc: bare.ByteCursor): Body {
    const offset = bc.offset
    const tag = bare.readU8(bc)
    switch (tag) {
        case 0:
            return { tag: "SpanStart", val: readSpanStart(bc) }
        case 1:
            return { tag: "SpanEvent", val: readSpanEvent(bc) }
        case 2:
            return { tag: "SpanUpdate", val: readSpanUpdate(bc) }
        case 3:
            return { tag: "SpanEnd", val: readSpanEnd(bc) }
        case 4:
            return { tag: "SpanSnapshot", val: readSpanSnapshot(bc) }
        default: {
            bc.offset = offset
            throw new bare.BareError(offset, "invalid tag")
        }
    }
}

export function writeBody(bc: bare.ByteCursor, x: Body): void {
    switch (x.tag) {
        case "SpanStart": {
            bare.writeU8(bc, 0)
            writeSpanStart(bc, x.val)
            break
        }
        case "SpanEvent": {
            bare.writeU8(bc, 1)
            writeSpanEvent(bc, x.val)
            break
        }
        case "SpanUpdate": {
            bare.writeU8(bc, 2)
            writeSpanUpdate(bc, x.val)
            break
        }
        case "SpanEnd": {
            bare.writeU8(bc, 3)
            writeSpanEnd(bc, x.val)
            break
        }
        case "SpanSnapshot": {
            bare.writeU8(bc, 4)
            writeSpanSnapshot(bc, x.val)
            break
        }
    }
}

export type Record = {
    readonly timeOffsetNs: u64
    readonly body: Body
}

export function readRecord(bc: bare.ByteCursor): Record {
    return {
        timeOffsetNs: bare.readU64(bc),
        body: readBody(bc),
    }
}

export function writeRecord(bc: bare.ByteCursor, x: Record): void {
    bare.writeU64(bc, x.timeOffsetNs)
    writeBody(bc, x.body)
}

export type RecordKey = {
    readonly prefix: u32
    readonly bucketStartSec: u64
    readonly chunkId: u32
    readonly recordIndex: u32
}

export function readRecordKey(bc: bare.ByteCursor): RecordKey {
    return {
        prefix: bare.readU32(bc),
        bucketStartSec: bare.readU64(bc),
        chunkId: bare.readU32(bc),
        recordIndex: bare.readU32(bc),
    }
}

export function writeRecordKey(bc: bare.ByteCursor, x: RecordKey): void {
    bare.writeU32(bc, x.prefix)
    bare.writeU64(bc, x.bucketStartSec)
    bare.writeU32(bc, x.chunkId)
    bare.writeU32(bc, x.recordIndex)
}

function read5(bc: bare.ByteCursor): RecordKey | undefined {
    return bare.readBool(bc) ? readRecordKey(bc) : undefined
}

function write5(bc: bare.ByteCursor, x: RecordKey | undefined): void {
    bare.writeBool(bc, x != null)
    if (x != null) {
        writeRecordKey(bc, x)
    }
}

export type ActiveSpan = {
    readonly spanId: ArrayBuffer
    readonly startKey: RecordKey
    readonly latestSnapshotKey: RecordKey | undefined
}

export function readActiveSpan(bc: bare.ByteCursor): ActiveSpan {
    return {
        spanId: bare.readData(bc),
        startKey: readRecordKey(bc),
        latestSnapshotKey: read5(bc),
    }
}

export function writeActiveSpan(bc: bare.ByteCursor, x: ActiveSpan): void {
    bare.writeData(bc, x.spanId)
    writeRecordKey(bc, x.startKey)
    write5(bc, x.latestSnapshotKey)
}

function read6(bc: bare.ByteCursor): readonly string[] {
    const len = bare.readUintSafe(bc)
    if (len === 0) {
        return []
    }
    const result = [bare.readString(bc)]
    for (let i = 1; i < len; i++) {
        result[i] = bare.readString(bc)
    }
    return result
}

function write6(bc: bare.ByteCursor, x: readonly string[]): void {
    bare.writeUintSafe(bc, x.length)
    for (let i = 0; i < x.length; i++) {
        bare.writeString(bc, x[i]!)
    }
}

function read7(bc: bare.ByteCursor): readonly Record[] {
    const len = bare.readUintSafe(bc)
    if (len === 0) {
        return []
    }
    const result = [readRecord(bc)]
    for (let i = 1; i < len; i++) {
        result[i] = readRecord(bc)
    }
    return result
}

function write7(bc: bare.ByteCursor, x: readonly Record[]): void {
    bare.writeUintSafe(bc, x.length)
    for (let i = 0; i < x.length; i++) {
        writeRecord(bc, x[i]!)
    }
}

function read8(bc: bare.ByteCursor): readonly ActiveSpan[] {
    const len = bare.readUintSafe(bc)
    if (len === 0) {
        return []
    }
    const result = [readActiveSpan(bc)]
    for (let i = 1; i < len; i++) {
        result[i] = readActiveSpan(bc)
    }
    return result
}

function write8(bc: bare.ByteCursor, x: readonly ActiveSpan[]): void {
    bare.writeUintSafe(bc, x.length)
    for (let i = 0; i < x.length; i++) {
        writeActiveSpan(bc, x[i]!)
    }
}

export type Chunk = {
    readonly baseUnixNs: u64
    readonly strings: readonly string[]
    readonly records: readonly Record[]
    readonly activeSpans: readonly ActiveSpan[]
}

export function readChunk(bc: bare.ByteCursor): Chunk {
    return {
        baseUnixNs: bare.readU64(bc),
        strings: read6(bc),
        records: read7(bc),
        activeSpans: read8(bc),
    }
}

export function writeChunk(bc: bare.ByteCursor, x: Chunk): void {
    bare.writeU64(bc, x.baseUnixNs)
    write6(bc, x.strings)
    write7(bc, x.records)
    write8(bc, x.activeSpans)
}
