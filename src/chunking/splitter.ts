import { strict as assert } from 'node:assert'
import { CutFinder } from './cut-finder.js'
import { GEAR_BYTES } from './gear.js'
import { ADDRESS_MAX, instantiateKernel, type Kernel } from './kernel.js'
import { planLevels } from './level-plan.js'
import {
  type ChunkingParameters,
  checkChunkingParameters,
  chunkSizeMax,
  singleChunkBytesMax,
  zeroRunBytesMin,
} from './parameters.js'
import type { PieceList } from './piece-list.js'

/**
 * What must be known, besides the offset, to go on splitting a file where split() stopped, in this worker or another.
 * A file starts with `{ inZeroRun: false }`.
 */
export interface SplitState {
  /** The bytes before the offset are the end of a zero extent, which zero bytes at the offset would continue. */
  inZeroRun: boolean
}

/**
 * Splits file content that lies in a WebAssembly memory into chunks and zero extents.
 * The same file gives the same pieces whatever the sizes of the buffers it is offered in (docs/FORMAT.md §4.6).
 */
export class Splitter {
  /** A buffer of at least this many bytes is never refused: split() consumes some of it. */
  readonly bufferBytesMin: number
  /** A run of zeros of at least this length is an extent. */
  readonly zeroRunBytesMin: number
  readonly #singleChunkBytesMax: number
  readonly #kernel: Kernel
  readonly #finder: CutFinder

  /**
   * `gear` (2048 bytes, see deriveGear) is copied to `scratchAddress`, which must stay untouched from then on.
   * Throws VarveError `invalid-argument` if the parameters break a rule.
   */
  constructor(
    memory: WebAssembly.Memory,
    scratchAddress: number,
    gear: Uint8Array,
    parameters: ChunkingParameters,
  ) {
    checkChunkingParameters(parameters)
    assert.equal(gear.length, GEAR_BYTES)
    new Uint8Array(memory.buffer, scratchAddress, GEAR_BYTES).set(gear)
    this.#kernel = instantiateKernel(memory)
    this.#finder = new CutFinder(this.#kernel, scratchAddress, planLevels(parameters))
    this.zeroRunBytesMin = zeroRunBytesMin(parameters)
    this.#singleChunkBytesMax = singleChunkBytesMax(parameters)
    this.bufferBytesMin = chunkSizeMax(parameters) + this.zeroRunBytesMin
  }

  /**
   * Splits the `length` bytes at `address`, the file's content from `fileOffset` on, and appends their pieces to `out`.
   * `final` says that no byte follows them. Returns how many bytes were consumed: all if final, otherwise all but a tail
   * of fewer than `bufferBytesMin` bytes, whose pieces depend on what follows; offer it again together with that.
   *
   * A buffer that ends with `zeroRunBytesMin` or more zeros is consumed as a whole and leaves `state.inZeroRun` set. So a
   * hole need not be read: offer the bytes before it together with as many of its zeros as make the run certain
   * (`zeroRunBytesMin`, or all of them if there are fewer), then report the rest with hole().
   */
  split(
    address: number,
    length: number,
    fileOffset: number,
    final: boolean,
    state: SplitState,
    out: PieceList,
  ): number {
    const end = address + length
    assert(end <= ADDRESS_MAX)
    if (final && fileOffset === 0 && length <= this.#singleChunkBytesMax) {
      if (length > 0) out.addChunk(length)
      return length
    }
    const shift = fileOffset - address
    let at = address
    if (state.inZeroRun) at = this.#continueExtent(at, end, state, out)
    while (at < end) {
      const runStart = this.#kernel.findZeroRun(at, end, this.zeroRunBytesMin)
      if (runStart === end) return this.#splitLast(at, end, shift, final, out) - address
      this.#splitSegment(at, runStart, shift, true, out)
      state.inZeroRun = true
      at = this.#continueExtent(runStart, end, state, out)
    }
    return length
  }

  /**
   * Reports `length` further bytes that are known to be zero and were not read. Only within a zero extent, that is while
   * `state.inZeroRun` is set: there zeros change nothing but the extent's length.
   */
  hole(length: number, state: SplitState, out: PieceList): void {
    assert(state.inZeroRun)
    out.addZeroExtent(length)
  }

  #continueExtent(at: number, end: number, state: SplitState, out: PieceList): number {
    const zeros = this.#kernel.leadingZeros(at, end - at)
    out.addZeroExtent(zeros)
    state.inZeroRun = at + zeros === end
    return at + zeros
  }

  /** Zeros at the end of the buffer may be the start of an extent, so they say nothing yet about the segment's end. */
  #splitLast(at: number, end: number, shift: number, final: boolean, out: PieceList): number {
    if (final) return this.#splitSegment(at, end, shift, true, out)
    const known = end - this.#kernel.trailingZeros(at, end - at)
    return this.#splitSegment(at, known, shift, false, out)
  }

  /** Cuts [at, end). If that may not be the whole segment, the chunk that reaches its end is left for later. */
  #splitSegment(at: number, end: number, shift: number, whole: boolean, out: PieceList): number {
    let start = at
    while (start < end) {
      const length = this.#finder.chunkLength(start, end - start, start + shift)
      if (start + length === end && !whole) return start
      out.addChunk(length)
      start += length
    }
    return start
  }
}
