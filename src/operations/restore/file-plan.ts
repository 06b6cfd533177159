import { type ByteString, byteStringOf } from '../../bytes/byte-string.js'
import type { Attributes } from '../../filesystem/attributes.js'
import type { ChunkId, PackId } from '../../format/ids.js'
import { idSizeBytes, nameMaxBytes } from '../../format/limits.js'
import type { ChunkPlace } from '../../repository/chunk-reader.js'
import { FileWay, PieceSource } from '../../workers/restore-jobs.js'
import { unfinishedMode } from '../../workers/restore-temporary.js'
import type { FileWork } from './file-work.js'
import type { Segment } from './segments.js'
import type { TargetDirectory } from './target-directory.js'

export interface PlanLimits {
  readonly filesMax: number
  readonly piecesMax: number
}

/** Stands for the block of what needs none. */
export const noBlock = 0xffffffff

/** A block that the plan needs. */
export interface PlannedBlock {
  readonly packId: PackId
  readonly block: number
  readonly storedBytes: number
}

/** What few files have. */
interface Rare {
  readonly xattrs: Attributes['xattrs']
  readonly onEnd: FileWork['onEnd']
  readonly opened: { readonly fd: number; readonly oldFd: number } | undefined
}

/**
 * Files whose content is to be written, and where each piece of it is stored. There may be more than a hundred thousand, so they
 * are columns of numbers (about 100 bytes for a file of one piece) and not objects. Every file has at least one piece.
 */
export class FilePlan {
  fileCount = 0
  pieceCount = 0
  readonly blocks: PlannedBlock[] = []
  /** First piece of each file. */
  readonly firstPieces: Uint32Array
  readonly sizes: Float64Array
  readonly ways: Uint8Array
  readonly modes: Uint16Array
  readonly uids: Float64Array
  readonly gids: Float64Array
  readonly mtimes: BigInt64Array
  /** 1 where the place of a chunk is not known. */
  readonly isLost: Uint8Array
  readonly fileOf: Uint32Array
  /** Of each piece: index in `blocks`, or `noBlock`. */
  readonly blockOf: Uint32Array
  readonly sources: Uint8Array
  /** Ordinal of the chunk in its block. */
  readonly chunks: Uint32Array
  /** First byte in the chunk. */
  readonly froms: Uint32Array
  readonly lengths: Float64Array
  readonly offsets: Float64Array
  readonly ids: Uint8Array
  readonly #directories: TargetDirectory[] = []
  #names: Buffer
  readonly #nameEnds: Uint32Array
  readonly #rare = new Map<number, Rare>()
  readonly #replacing = new Set<number>()
  readonly #blocksOfPacks = new Map<PackId, Map<number, number>>()
  #lastPackId: PackId | undefined
  #lastBlocks = new Map<number, number>()

  constructor(readonly limits: PlanLimits) {
    const { filesMax, piecesMax } = limits
    this.firstPieces = new Uint32Array(filesMax + 1)
    this.sizes = new Float64Array(filesMax)
    this.ways = new Uint8Array(filesMax)
    this.modes = new Uint16Array(filesMax)
    this.uids = new Float64Array(filesMax)
    this.gids = new Float64Array(filesMax)
    this.mtimes = new BigInt64Array(filesMax)
    this.isLost = new Uint8Array(filesMax)
    this.fileOf = new Uint32Array(piecesMax)
    this.blockOf = new Uint32Array(piecesMax)
    this.sources = new Uint8Array(piecesMax)
    this.chunks = new Uint32Array(piecesMax)
    this.froms = new Uint32Array(piecesMax)
    this.lengths = new Float64Array(piecesMax)
    this.offsets = new Float64Array(piecesMax)
    this.ids = new Uint8Array(idSizeBytes * piecesMax)
    this.#nameEnds = new Uint32Array(filesMax)
    this.#names = Buffer.allocUnsafeSlow(16 * filesMax + nameMaxBytes)
  }

  hasRoomFor(pieces: number): boolean {
    return (
      this.fileCount < this.limits.filesMax && this.pieceCount + Math.max(pieces, 1) <= this.limits.piecesMax
    )
  }

  /** `opened`: it is open already, and finished by the caller. */
  add(work: FileWork, segments: readonly Segment[], opened?: Rare['opened']): void {
    const file = this.fileCount++
    const { content, attributes, directory, name, onEnd } = work
    this.#directories.push(directory)
    this.#addName(file, name)
    this.sizes[file] = content.sizeBytes
    this.ways[file] = opened === undefined ? wayOf(work) : FileWay.open
    this.modes[file] = attributes.mode
    this.uids[file] = attributes.uid
    this.gids[file] = attributes.gid
    this.mtimes[file] = attributes.mtimeNs
    if (attributes.xattrs !== undefined || onEnd !== undefined || opened !== undefined)
      this.#rare.set(file, { xattrs: attributes.xattrs, onEnd, opened })
    if (work.replaces !== undefined) this.#replacing.add(file)
    this.isLost[file] = 0
    for (const segment of segments) this.#addPiece(file, segment)
    if (segments.length === 0) this.#addPiece(file, nothing)
    this.firstPieces[file + 1] = this.pieceCount
  }

  /** For the next files; the memory is used again. */
  clear(): void {
    this.fileCount = 0
    this.pieceCount = 0
    this.blocks.length = 0
    this.#directories.length = 0
    this.#rare.clear()
    this.#replacing.clear()
    this.#blocksOfPacks.clear()
    this.#lastPackId = undefined
  }

  directoryOf(file: number): TargetDirectory {
    return this.#directories[file]!
  }

  /** Valid until the plan is cleared. */
  nameBytesOf(file: number): Buffer {
    return this.#names.subarray(file === 0 ? 0 : this.#nameEnds[file - 1], this.#nameEnds[file])
  }

  nameOf(file: number): ByteString {
    return byteStringOf(this.nameBytesOf(file))
  }

  pathOf(file: number): ByteString {
    const { path } = this.directoryOf(file)
    const name = this.nameOf(file)
    return (path === '' ? name : `${path}/${name}`) as ByteString
  }

  /** Something has its name that goes. */
  replaces(file: number): boolean {
    return this.#replacing.has(file)
  }

  attributesOf(file: number): Attributes {
    return {
      mode: this.modes[file]!,
      uid: this.uids[file]!,
      gid: this.gids[file]!,
      mtimeNs: this.mtimes[file]!,
      xattrs: this.#rare.get(file)?.xattrs,
    }
  }

  rareOf(file: number): Rare | undefined {
    return this.#rare.get(file)
  }

  idOf(piece: number): ChunkId {
    return this.ids.subarray(idSizeBytes * piece, idSizeBytes * (piece + 1)) as ChunkId
  }

  #addName(file: number, name: ByteString): void {
    const start = file === 0 ? 0 : this.#nameEnds[file - 1]!
    if (start + name.length > this.#names.length) {
      const larger = Buffer.allocUnsafeSlow(2 * this.#names.length + name.length)
      larger.set(this.#names.subarray(0, start))
      this.#names = larger
    }
    this.#nameEnds[file] = start + this.#names.write(name, start, 'latin1')
  }

  #addPiece(file: number, { id, place, isCopy, from, length, offset }: Segment): void {
    const piece = this.pieceCount++
    const isChunk = id !== undefined && !isCopy
    this.fileOf[piece] = file
    this.sources[piece] = id === undefined ? PieceSource.zeros : isCopy ? PieceSource.copy : PieceSource.chunk
    this.froms[piece] = from
    this.lengths[piece] = length
    this.offsets[piece] = offset
    if (id === undefined) this.ids.fill(0, idSizeBytes * piece, idSizeBytes * (piece + 1))
    else this.ids.set(id, idSizeBytes * piece)
    this.blockOf[piece] = isChunk && place !== undefined ? this.#blockAt(place) : noBlock
    this.chunks[piece] = place === undefined ? 0 : place.chunk - place.directory.firstChunks[place.block]!
    if (isChunk && place === undefined) this.isLost[file] = 1
  }

  #blockAt({ packId, directory, block }: ChunkPlace): number {
    if (packId !== this.#lastPackId) {
      this.#lastPackId = packId
      this.#lastBlocks = this.#blocksOfPacks.get(packId) ?? new Map<number, number>()
      this.#blocksOfPacks.set(packId, this.#lastBlocks)
    }
    const known = this.#lastBlocks.get(block)
    if (known !== undefined) return known
    const index = this.blocks.push({ packId, block, storedBytes: directory.blockSizes[block]! }) - 1
    this.#lastBlocks.set(block, index)
    return index
  }
}

/** Of a file without content. */
const nothing: Segment = { id: undefined, place: undefined, isCopy: false, from: 0, length: 0, offset: 0 }

/** A file that is to have the very mode that marks an unfinished one is never seen without its content. */
const wayOf = ({ replaces, directory, attributes }: FileWork): FileWay => {
  if (replaces === 'file') return FileWay.replaces
  const isDirect =
    replaces === undefined && directory.ownerOfNew !== undefined && attributes.mode !== unfinishedMode
  return isDirect ? FileWay.direct : FileWay.renamed
}
