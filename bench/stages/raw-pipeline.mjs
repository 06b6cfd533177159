import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { load } from '../machine/dist.mjs'
import { listFiles } from '../machine/list-files.mjs'
import { batchesOf, readBatch } from './spans.mjs'

const { newArena, spanBytes } = await load('workers/arena.js')
const { Splitter } = await load('chunking/splitter.js')
const { CHUNK, PieceList } = await load('chunking/piece-list.js')
const { deriveGear } = await load('chunking/gear.js')
const { chunkSizeMax, defaultChunking } = await load('chunking/parameters.js')
const { ChunkHasher } = await load('crypto/chunk-id.js')
const { openCodec } = await load('compression/codec.js')
const { blockTargetBytes } = await load('format/limits.js')

export const stageNames = [
  'read',
  'cut',
  'hash',
  'gather',
  'compress',
  'seal',
  'verify',
  'pack hash',
  'write',
]

/** Enough for many small files: the clock is read a few times a batch. */
const arenaBytes = 64 * 1024 * 1024
const packBytes = 32 * 1024 * 1024
const dataKind = 1
const blockBytesMax = blockTargetBytes + chunkSizeMax(defaultChunking)

/**
 * The stages of a backup and nothing else, on one thread: each is the plainest use of what does its work. Chunks that came
 * before go no further, as in the engine.
 */
export class RawPipeline {
  #arena = newArena(arenaBytes)
  #splitter = new Splitter(
    this.#arena.memory,
    this.#arena.gearAddress,
    deriveGear(new Uint8Array(32)),
    defaultChunking,
  )
  #hasher = new ChunkHasher(new Uint8Array(32))
  #codec = openCodec(3)
  #key = randomBytes(32)
  /** Ids as latin1 strings. */
  #known = new Set()
  #block = Buffer.alloc(blockBytesMax)
  #blockLength = 0
  #compressed = Buffer.alloc(blockBytesMax)
  #opened = Buffer.alloc(blockBytesMax)
  #packHash = createHash('sha256')
  #packLength = 0
  chunks = 0

  /**
   * @param {string} source
   * @param {string} work for the packs, which are removed again
   * @param {import('./stage-times.mjs').StageTimes} times
   */
  constructor(source, work, times) {
    this.source = source
    this.times = times
    this.packPath = join(work, 'pack')
    this.pack = openSync(this.packPath, 'wx')
  }

  run() {
    const batches = batchesOf(listFiles(this.source), arenaBytes, spanBytes)
    for (let next = batches.next(); !next.done; ) next = batches.next(this.#store(next.value))
    if (this.#blockLength > 0) this.#closeBlock()
    this.#removePack()
  }

  /**
   * @param {readonly import('./spans.mjs').Span[]} batch
   * @returns {number} how much of it was consumed
   */
  #store(batch) {
    const { bytes, dataAddress } = this.#arena
    const length = batch.reduce((sum, span) => sum + span.length, 0)
    this.times.measure('read', length, () => readBatch(this.source, batch, bytes, dataAddress))
    const out = new PieceList()
    const { consumed, bounds } = this.times.measure('cut', length, () => this.#cut(batch, out))
    const ids = this.times.measure('hash', consumed, () =>
      bounds.map(([start, end]) => this.#hasher.idOf(dataKind, bytes, start, end)),
    )
    for (const [index, id] of ids.entries()) this.#storeNew(id, bytes, bounds[index])
    return consumed
  }

  /** @type {(batch: readonly import('./spans.mjs').Span[], out: any) => { consumed: number, bounds: [number, number][] }} */
  #cut(batch, out) {
    /** @type {[number, number][]} */
    const bounds = []
    let [address, consumed] = [this.#arena.dataAddress, 0]
    for (const { length, offset, final } of batch) {
      out.clear()
      consumed += this.#splitter.split(address, length, offset, final, { inZeroRun: false }, out)
      let at = address
      for (let piece = 0; piece < out.count; piece++) {
        if (out.kinds[piece] === CHUNK) bounds.push([at, at + out.lengths[piece]])
        at += out.lengths[piece]
      }
      address += length
    }
    return { consumed, bounds }
  }

  /** @type {(id: Buffer, memory: Uint8Array, bounds: readonly [number, number]) => void} */
  #storeNew(id, memory, [start, end]) {
    this.chunks++
    const key = id.toString('latin1')
    if (this.#known.has(key)) return
    this.#known.add(key)
    this.#block.set(memory.subarray(start, end), this.#blockLength)
    this.#blockLength += end - start
    if (this.#blockLength >= blockTargetBytes) this.#closeBlock()
  }

  #closeBlock() {
    const plaintext = this.#block.subarray(0, this.#blockLength)
    const { times } = this
    // What storeNew copied so far, once more: measured chunk by chunk, the clock would cost more than the copy.
    times.measure('gather', plaintext.length, () => this.#opened.set(plaintext))
    const length = times.measure('compress', plaintext.length, () =>
      this.#codec.compress(plaintext, this.#compressed.subarray(0, plaintext.length - 1)),
    )
    const payload = length === 0 ? plaintext : this.#compressed.subarray(0, length)
    const nonce = randomBytes(12)
    const { sealed, tag } = times.measure('seal', payload.length, () => this.#seal(payload, nonce))
    times.measure('verify', plaintext.length, () => this.#verify(sealed, nonce, tag, plaintext, length > 0))
    times.measure('pack hash', sealed.length, () => this.#packHash.update(sealed))
    times.measure('write', sealed.length, () => this.#write(sealed))
    this.#blockLength = 0
    if (this.#packLength >= packBytes) this.#nextPack()
  }

  /** Into new files, since pages that a file has already are cheaper to write to. */
  #nextPack() {
    this.#removePack()
    this.pack = openSync(this.packPath, 'wx')
    this.#packLength = 0
  }

  #removePack() {
    closeSync(this.pack)
    unlinkSync(this.packPath)
  }

  /** @type {(payload: Uint8Array, nonce: Uint8Array) => { sealed: Buffer, tag: Buffer }} */
  #seal(payload, nonce) {
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce)
    const sealed = cipher.update(payload)
    cipher.final()
    return { sealed, tag: cipher.getAuthTag() }
  }

  /** @type {(sealed: Buffer, nonce: Uint8Array, tag: Buffer, plaintext: Buffer, isCompressed: boolean) => void} */
  #verify(sealed, nonce, tag, plaintext, isCompressed) {
    const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce).setAuthTag(tag)
    const payload = decipher.update(sealed)
    decipher.final()
    const opened = isCompressed ? this.#opened.subarray(0, plaintext.length) : payload
    if (isCompressed) this.#codec.decompress(payload, opened)
    if (!opened.equals(plaintext)) throw new Error('a block does not open to what went into it')
  }

  /** @param {Buffer} sealed */
  #write(sealed) {
    writeSync(this.pack, sealed, 0, sealed.length, this.#packLength)
    this.#packLength += sealed.length
  }
}
