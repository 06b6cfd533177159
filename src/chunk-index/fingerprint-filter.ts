import assert from 'node:assert/strict'
import { wordAt } from './entry.js'

/**
 * Says of a chunk id "certainly new" or "maybe known": one 16-bit fingerprint for each known chunk, in memory that all
 * threads share. It never decides alone that a chunk is known.
 *
 * - Segment: 64 bytes (count, number of slots, zero), then the slots. Open addressing with linear probing. The home slot
 *   is the first 32 bits of the id scaled to the segment, so that filling from a sorted run walks through memory in order;
 *   the fingerprint is bytes 8 and 9 of the id, and never 0, which means empty.
 * - Cost: 2 bytes / 0.85 = 2.35 bytes a chunk when full. At that load some 23 slots are probed for a new chunk: one in
 *   3,000 is called "maybe", and costs one exact lookup.
 * - Threads: an insert is a compare-and-swap of an empty slot, so none is lost to another. A reader may miss what another
 *   thread inserts at the same moment, and an insert into a full segment is dropped: both only make a known chunk look
 *   new, which the exact tables behind it forgive, or which is waste, never loss.
 */
const HEADER_BYTES = 64
const COUNT = 0
const SLOTS = 1
const LOAD_MAX = 0.85
/** Probing gets slow, not wrong, between the two: time for the main thread to bring a new segment. */
const LOAD_HARD_MAX = 0.95
const SEGMENT_SLOTS_MIN = 2 ** 20

interface Segment {
  readonly buffer: SharedArrayBuffer
  readonly header: Int32Array
  readonly slots: Uint16Array
}

/** What goes to a worker, by structured clone. */
export interface FilterSegments {
  readonly buffers: readonly SharedArrayBuffer[]
}

export class FingerprintFilter {
  #segments: Segment[]

  /** Attaches to segments that `newFilterSegment` made, in the order in which they were added. */
  constructor({ buffers }: FilterSegments) {
    assert(buffers.length > 0, 'a filter has a segment')
    this.#segments = buffers.map(segmentOf)
  }

  get segments(): FilterSegments {
    return { buffers: this.#segments.map((segment) => segment.buffer) }
  }

  /** How many fingerprints there are; equal ones at the same place count once. */
  get count(): number {
    return this.#segments.reduce((sum, segment) => sum + Atomics.load(segment.header, COUNT), 0)
  }

  get sizeBytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.buffer.byteLength, 0)
  }

  /** False: no thread had inserted this id when the call began. True: maybe. Reads bytes 0 to 9 after `offset`. */
  mayContain(id: Uint8Array, offset = 0): boolean {
    const fingerprint = fingerprintAt(id, offset)
    const word = wordAt(id, offset)
    for (const segment of this.#segments) if (holds(segment.slots, word, fingerprint)) return true
    return false
  }

  /** Inserts into the newest segment. False when that is full, and nothing was inserted. */
  insert(id: Uint8Array, offset = 0): boolean {
    const { header, slots } = this.#segments[this.#segments.length - 1]!
    if (Atomics.load(header, COUNT) >= slots.length * LOAD_HARD_MAX) return false
    const fingerprint = fingerprintAt(id, offset)
    let slot = homeOf(wordAt(id, offset), slots.length)
    for (;;) {
      const found = slots[slot] || Atomics.compareExchange(slots, slot, 0, fingerprint)
      if (found === fingerprint) return true
      if (found === 0) {
        Atomics.add(header, COUNT, 1)
        return true
      }
      if (++slot === slots.length) slot = 0
    }
  }

  /** Whether it is time for the main thread to make a segment and hand it to every thread. */
  get needsSegment(): boolean {
    const { header, slots } = this.#segments[this.#segments.length - 1]!
    return Atomics.load(header, COUNT) > slots.length * LOAD_MAX
  }

  /** A segment for this filter to grow by: as much again while it is small, an eighth and some once it is large. */
  newSegment(): SharedArrayBuffer {
    const slots = this.#segments.reduce((sum, segment) => sum + segment.slots.length, 0)
    return newFilterSegment(Math.min(slots, 8 * SEGMENT_SLOTS_MIN + (slots >>> 3)) * LOAD_MAX)
  }

  addSegment(buffer: SharedArrayBuffer): void {
    this.#segments.push(segmentOf(buffer))
  }
}

/** An empty segment with room for so many chunks, and at least for 890,000 (2 MiB). */
export const newFilterSegment = (chunkCount: number): SharedArrayBuffer => {
  const slots = Math.max(SEGMENT_SLOTS_MIN, Math.ceil(chunkCount / LOAD_MAX))
  const buffer = new SharedArrayBuffer(HEADER_BYTES + slots * 2)
  new Int32Array(buffer, 0, HEADER_BYTES / 4)[SLOTS] = slots
  return buffer
}

/** Whether so many more chunks fit below the load at which the filter asks for a new segment. */
export const hasRoomFor = (buffer: SharedArrayBuffer, chunkCount: number): boolean => {
  const { header, slots } = segmentOf(buffer)
  return Atomics.load(header, COUNT) + chunkCount <= slots.length * LOAD_MAX
}

/**
 * Inserts `count` ids that stand `strideBytes` apart, without atomics: for a segment that no other thread sees yet, and
 * that has room for them.
 */
export const fillSegment = (
  buffer: SharedArrayBuffer,
  ids: Uint8Array,
  offset: number,
  count: number,
  strideBytes: number,
): void => {
  const { header, slots } = segmentOf(buffer)
  const slotCount = slots.length
  let inserted = 0
  for (let at = offset, end = offset + count * strideBytes; at < end; at += strideBytes) {
    const fingerprint = fingerprintAt(ids, at)
    let slot = homeOf(wordAt(ids, at), slotCount)
    while (slots[slot] !== 0 && slots[slot] !== fingerprint) if (++slot === slotCount) slot = 0
    if (slots[slot] === 0) inserted++
    slots[slot] = fingerprint
  }
  header[COUNT]! += inserted
}

const segmentOf = (buffer: SharedArrayBuffer): Segment => {
  const header = new Int32Array(buffer, 0, HEADER_BYTES / 4)
  return { buffer, header, slots: new Uint16Array(buffer, HEADER_BYTES, header[SLOTS]!) }
}

const holds = (slots: Uint16Array, word: number, fingerprint: number): boolean => {
  for (let slot = homeOf(word, slots.length); ; ) {
    const found = slots[slot]
    if (found === 0) return false
    if (found === fingerprint) return true
    if (++slot === slots.length) slot = 0
  }
}

const fingerprintAt = (id: Uint8Array, offset: number): number =>
  (id[offset + 8]! << 8) | id[offset + 9]! || 1

const homeOf = (word: number, slots: number): number => Math.floor((word / 0x100000000) * slots)
