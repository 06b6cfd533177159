import assert from 'node:assert/strict'

/**
 * The chunks that this run stored and that no run file has yet: full ids, in memory that all threads share.
 *
 * Layout: 64 bytes (count, capacity, zero), a state word for each slot, then 32 bytes of id for each slot.
 * A state is 0 (empty), or 30 bits of the id with 1 (its id is being written) or 2 (its id can be read). A slot goes from
 * empty to writing by compare-and-swap, so exactly one thread inserts an id; the bits in the state spare the others
 * the wait and the comparison when the slot belongs to another id. Cost: 36 bytes a slot, 48 a chunk when full.
 */
const HEADER_BYTES = 64
const COUNT = 0
const CAPACITY = 1
const EMPTY = 0
const WRITING = 1
const READY = 2
const LOAD_MAX = 0.75
/** At this share of what it takes it is time for the next generation. */
const LOAD_SOFT_MAX = 0.6
const SLOT_BYTES = 36
const ID_WORDS = 8

/** 'full': the id is not in the table and was not inserted. */
export type InsertResult = 'inserted' | 'present' | 'full'

export const newPendingTable = (capacity: number): SharedArrayBuffer => {
  assert(
    Number.isInteger(capacity) && capacity >= 256 && capacity * SLOT_BYTES < 2 ** 31,
    'capacity of a table',
  )
  const buffer = new SharedArrayBuffer(HEADER_BYTES + capacity * SLOT_BYTES)
  new Int32Array(buffer)[CAPACITY] = capacity
  return buffer
}

export class PendingTable {
  readonly buffer: SharedArrayBuffer
  readonly #header: Int32Array
  readonly #states: Int32Array
  readonly #ids: Int32Array
  readonly #capacity: number
  readonly #wanted = new Int32Array(ID_WORDS)

  /** Attaches to what `newPendingTable` made, in any thread. */
  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer
    this.#header = new Int32Array(buffer, 0, HEADER_BYTES / 4)
    this.#capacity = this.#header[CAPACITY]!
    this.#states = new Int32Array(buffer, HEADER_BYTES, this.#capacity)
    this.#ids = new Int32Array(buffer, HEADER_BYTES + this.#capacity * 4, this.#capacity * ID_WORDS)
  }

  get count(): number {
    return Atomics.load(this.#header, COUNT)
  }

  /** Whether the main thread should bring the next generation now, before this one is full. */
  get isFilling(): boolean {
    return this.count >= this.#capacity * LOAD_SOFT_MAX
  }

  has(id: Uint8Array): boolean {
    const tag = this.#want(id)
    for (let slot = this.#home(); ; slot = this.#after(slot)) {
      const state = Atomics.load(this.#states, slot)
      if (state === EMPTY) return false
      if (this.#isWanted(slot, state, tag)) return true
    }
  }

  /** 'inserted' for exactly one of all callers that bring the same 32 bytes. */
  insertIfAbsent(id: Uint8Array): InsertResult {
    const tag = this.#want(id)
    for (let slot = this.#home(); ; slot = this.#after(slot)) {
      let state = Atomics.load(this.#states, slot)
      if (state === EMPTY) {
        if (this.count >= this.#capacity * LOAD_MAX) return 'full'
        state = Atomics.compareExchange(this.#states, slot, EMPTY, tag | WRITING)
        if (state === EMPTY) {
          this.#ids.set(this.#wanted, slot * ID_WORDS)
          Atomics.store(this.#states, slot, tag | READY)
          Atomics.add(this.#header, COUNT, 1)
          return 'inserted'
        }
      }
      if (this.#isWanted(slot, state, tag)) return 'present'
    }
  }

  /** Takes the id's words up and gives the bits of it that a state carries. */
  #want(id: Uint8Array): number {
    const wanted = this.#wanted
    for (let word = 0, at = 0; word < ID_WORDS; word++, at += 4)
      wanted[word] = id[at]! | (id[at + 1]! << 8) | (id[at + 2]! << 16) | (id[at + 3]! << 24)
    return wanted[1]! & ~3
  }

  #home(): number {
    return Math.floor(((this.#wanted[0]! >>> 0) / 0x100000000) * this.#capacity)
  }

  #after(slot: number): number {
    return slot + 1 === this.#capacity ? 0 : slot + 1
  }

  #isWanted(slot: number, state: number, tag: number): boolean {
    if ((state & ~3) !== tag || !this.#isReady(slot, state)) return false
    const at = slot * ID_WORDS
    for (let word = 0; word < ID_WORDS; word++) if (this.#ids[at + word] !== this.#wanted[word]) return false
    return true
  }

  /**
   * Waits for a thread that is writing its id: nanoseconds, or a time slice when it was interrupted. A thread that was
   * ended just there never comes back; its slot then holds nothing, and the chunk is stored a second time.
   */
  #isReady(slot: number, state: number): boolean {
    for (let spin = 0; (state & READY) === 0 && spin < SPINS_MAX; spin++) {
      if (spin >= SPINS_BEFORE_SLEEP) Atomics.wait(this.#states, slot, state, 1)
      state = Atomics.load(this.#states, slot)
    }
    return (state & READY) !== 0
  }
}

const SPINS_BEFORE_SLEEP = 1000
const SPINS_MAX = SPINS_BEFORE_SLEEP + 250
