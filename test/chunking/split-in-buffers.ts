import { strict as assert } from 'node:assert'
import type { Piece } from '../../src/chunking/oracle.js'
import type { ChunkingParameters } from '../../src/chunking/parameters.js'
import { CHUNK, PieceList } from '../../src/chunking/piece-list.js'
import { type SplitState, Splitter } from '../../src/chunking/splitter.js'

const PAGE = 65536
const GEAR_ADDRESS = 4096
const CONTENT_ADDRESS = PAGE

/** A stretch of a file that is known to be zero without being read. */
export interface Hole {
  readonly offset: number
  readonly length: number
}

/** Offers a file to the splitter the way a worker does: buffer after buffer, each with the tail that was left over. */
export class BufferedSplit {
  readonly splitter: Splitter
  readonly #memory: WebAssembly.Memory

  constructor(gear: Uint8Array, parameters: ChunkingParameters, bufferBytes: number) {
    const pages = Math.ceil((CONTENT_ADDRESS + bufferBytes) / PAGE)
    this.#memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
    this.splitter = new Splitter(this.#memory, GEAR_ADDRESS, gear, parameters)
  }

  /**
   * `bufferSizes` are used in turn, again and again. A hole that is an extent by itself is not copied beyond what makes
   * its run certain; a shorter one is ordinary data.
   */
  split(content: Uint8Array, bufferSizes: readonly number[], holes: readonly Hole[] = []): Piece[] {
    const out = new PieceList(1)
    let state: SplitState = { inZeroRun: false }
    let offset = 0
    const extents = holes.filter(({ length }) => length >= this.splitter.zeroRunBytesMin)
    for (let turn = 0; offset < content.length; turn++) {
      const wanted = bufferSizes[turn % bufferSizes.length]!
      const hole = extents.find((hole) => hole.offset + hole.length > offset)
      const end = Math.min(
        content.length,
        offset + wanted,
        hole === undefined ? Infinity : this.#certainEnd(hole),
      )
      if (hole !== undefined && state.inZeroRun && offset >= hole.offset) {
        this.splitter.hole(hole.offset + hole.length - offset, state, out)
        offset = hole.offset + hole.length
        continue
      }
      const memory = new Uint8Array(this.#memory.buffer)
      // What lies around the content must not matter.
      memory.fill(turn % 2 === 0 ? 0 : 0xa5, CONTENT_ADDRESS)
      memory.set(content.subarray(offset, end), CONTENT_ADDRESS)
      const final = end === content.length
      const consumed = this.splitter.split(CONTENT_ADDRESS, end - offset, offset, final, state, out)
      assert(consumed > 0, `nothing consumed at ${offset}`)
      offset += consumed
      // Another worker may go on with nothing but the offset and this flag.
      state = { inZeroRun: state.inZeroRun }
    }
    return piecesOf(out)
  }

  #certainEnd(hole: Hole): number {
    return hole.offset + this.splitter.zeroRunBytesMin
  }
}

export const piecesOf = (list: PieceList): Piece[] => {
  let offset = 0
  return Array.from({ length: list.count }, (_, index): Piece => {
    const length = list.lengths[index]!
    const kind = list.kinds[index] === CHUNK ? 'chunk' : 'zero-extent'
    offset += length
    return { kind, offset: offset - length, length }
  })
}
