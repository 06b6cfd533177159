import { CHUNK, PieceList } from '../chunking/piece-list.js'
import type { SplitState, Splitter } from '../chunking/splitter.js'
import { VarveError } from '../errors.js'
import { nextRegion } from '../filesystem/data-regions.js'
import { readInto } from '../filesystem/read-file.js'
import { PieceWriter } from '../format/pieces.js'
import type { Arena } from './arena.js'
import type { ChunkStore } from './chunk-store.js'
import type { SpanSource, SpanToken, StoredSpan, StoreSpanJob } from './jobs.js'
import { Stage, type StageClock } from './stage-clock.js'

/** What of a span was brought into the arena. */
interface Filled {
  /** Bytes in the arena from its data address on. */
  readonly length: number
  readonly final: boolean
  readonly cutShort: boolean
  /** Further zeros of a hole that begins in the filled part and was not brought in. */
  readonly zerosBeyond: number
}

/**
 * Stores one span of a large file or of a stream. Cuts must be found one span after the other, which takes a fraction of
 * the work; so the token for the next span goes out as soon as this one is cut, and the rest is done side by side.
 */
export class SpanStorer {
  readonly #pieces = new PieceList()

  constructor(
    private readonly arena: Arena,
    private readonly spanBytes: number,
    private readonly splitter: Splitter,
    private readonly store: ChunkStore,
    private readonly clock: StageClock,
  ) {}

  storeSpan(job: StoreSpanJob, passOn: (token: SpanToken) => void): StoredSpan {
    const holes: number[] = []
    const filled = this.#filled(job.source, job.offset, holes)
    this.store.countRead(filled.length)
    this.clock.mark(Stage.read)
    const consumed = this.#cut(job, filled, passOn)
    return { pieces: this.#storePieces(job.owner), holes: holesWithin(holes, job.offset + consumed) }
  }

  #cut(job: StoreSpanJob, filled: Filled, passOn: (token: SpanToken) => void): number {
    const state: SplitState = { inZeroRun: job.inZeroRun }
    const out = this.#pieces
    out.clear()
    const { length, final, zerosBeyond } = filled
    let consumed = this.splitter.split(this.arena.dataAddress, length, job.offset, final, state, out)
    if (zerosBeyond > 0 && state.inZeroRun) {
      this.splitter.hole(zerosBeyond, state, out)
      consumed += zerosBeyond
    }
    this.clock.mark(Stage.cut)
    const nextOffset = job.offset + consumed
    const ended = final || ('fd' in job.source && nextOffset >= job.source.sizeBytes)
    passOn({ nextOffset, inZeroRun: state.inZeroRun, ended, cutShort: filled.cutShort })
    return consumed
  }

  #storePieces(owner: number): Uint8Array {
    const { kinds, lengths, count } = this.#pieces
    const writer = new PieceWriter(count * 40)
    let at = this.arena.dataAddress
    for (let piece = 0; piece < count; piece++) {
      const length = lengths[piece]!
      if (kinds[piece] === CHUNK)
        writer.appendChunk(this.store.storeData(owner, this.arena.bytes, at, at + length), length)
      else writer.appendExtent(length)
      at += length
    }
    return writer.bytes()
  }

  /** What the file system says against reading is of this file alone: the caller must tell it from a failure of the store. */
  #filled(source: SpanSource, offset: number, holes: number[]): Filled {
    try {
      return this.#fill(source, offset, holes)
    } catch (cause) {
      const { syscall, message } = cause as NodeJS.ErrnoException
      throw syscall === undefined ? cause : new VarveError('source', message, { cause })
    }
  }

  #fill(source: SpanSource, offset: number, holes: number[]): Filled {
    if ('fd' in source) return this.#fillFromFile(source, offset, holes)
    this.arena.bytes.set(source.bytes, this.arena.dataAddress)
    return { length: source.bytes.length, final: source.final, cutShort: false, zerosBeyond: 0 }
  }

  /** Data regions are read; of a hole, at most as many zeros as make an extent certain are put in. */
  #fillFromFile(
    source: { fd: number; sizeBytes: number; allocatedBytes: number },
    offset: number,
    holes: number[],
  ): Filled {
    const into = this.arena.bytes.subarray(this.arena.dataAddress, this.arena.dataAddress + this.spanBytes)
    const end = Math.min(source.sizeBytes, offset + this.spanBytes)
    let at = offset
    while (at < end) {
      const region = nextRegion(source.fd, source, at)
      if (region.start > at) {
        holes.push(at, region.start - at)
        const zerosEnd = Math.min(region.start, end, at + this.splitter.zeroRunBytesMin)
        into.fill(0, at - offset, zerosEnd - offset)
        at = zerosEnd
        const zerosBeyond = region.start - at
        if (zerosBeyond > 0) return { length: at - offset, final: false, cutShort: false, zerosBeyond }
        continue
      }
      const wanted = Math.min(region.end, end) - at
      const got = readInto(source.fd, into.subarray(at - offset, at - offset + wanted), at)
      at += got
      if (got < wanted) return { length: at - offset, final: true, cutShort: true, zerosBeyond: 0 }
    }
    return { length: at - offset, final: at >= source.sizeBytes, cutShort: false, zerosBeyond: 0 }
  }
}

/** Holes that begin in this span; what lies beyond its end is told by the next one, or by the hole that reaches there. */
const holesWithin = (holes: readonly number[], end: number): number[] => {
  const within: number[] = []
  for (let at = 0; at < holes.length; at += 2) {
    const start = holes[at]!
    if (start < end) within.push(start, Math.min(holes[at + 1]!, end - start))
  }
  return within
}
