/**
 * What the size of a block trades: compression against the cost of reading one small file.
 *
 *   node bench/kernels/block.mjs FOLDER [GB of it at most, default 1]
 *
 * Needs `npm run build` first. Chunks that come twice count once, as in a repository. CPU time, on one thread.
 */
import { join } from 'node:path'
import { load } from '../machine/dist.mjs'
import { listFiles } from '../machine/list-files.mjs'
import { figure, markdownTable } from '../machine/markdown-table.mjs'
import { batchesOf, readBatch } from '../stages/spans.mjs'

const { newArena, spanBytes } = await load('workers/arena.js')
const { Splitter } = await load('chunking/splitter.js')
const { CHUNK, PieceList } = await load('chunking/piece-list.js')
const { deriveGear } = await load('chunking/gear.js')
const { chunkSizeMax, defaultChunking } = await load('chunking/parameters.js')
const { ChunkHasher } = await load('crypto/chunk-id.js')
const { openCodec } = await load('compression/codec.js')

const blockKib = [128, 256, 512, 1024, 2048]
const codec = openCodec(3)

/** Gathers chunks into blocks of one size; counts what compressing and opening them costs. */
class BlockSize {
  bytes = 0
  storedBytes = 0
  blocks = 0
  compressMs = 0
  openMs = 0
  #length = 0

  /** @param {number} targetBytes */
  constructor(targetBytes) {
    this.targetBytes = targetBytes
    const room = targetBytes + chunkSizeMax(defaultChunking)
    this.plaintext = Buffer.alloc(room)
    this.compressed = Buffer.alloc(room + room / 128)
    this.opened = Buffer.alloc(room)
  }

  /** @param {Uint8Array} chunk */
  add(chunk) {
    this.plaintext.set(chunk, this.#length)
    this.#length += chunk.length
    if (this.#length >= this.targetBytes) this.close()
  }

  close() {
    const length = this.#length
    if (length === 0) return
    const plaintext = this.plaintext.subarray(0, length)
    const start = process.cpuUsage()
    const storedBytes = codec.compress(plaintext, this.compressed)
    this.compressMs += cpuMsSince(start)
    const compressed = process.cpuUsage()
    codec.decompress(this.compressed.subarray(0, storedBytes), this.opened.subarray(0, length))
    this.openMs += cpuMsSince(compressed)
    this.bytes += length
    this.storedBytes += storedBytes
    this.blocks++
    this.#length = 0
  }
}

/** @param {NodeJS.CpuUsage} before */
const cpuMsSince = (before) => {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/**
 * Hands every new chunk of a tree to `take`, in the order of a backup.
 * @param {string} folder
 * @param {number} bytesMax
 * @param {(chunk: Uint8Array) => void} take
 */
const eachNewChunk = (folder, bytesMax, take) => {
  const arena = newArena(spanBytes)
  const splitter = new Splitter(
    arena.memory,
    arena.gearAddress,
    deriveGear(new Uint8Array(32)),
    defaultChunking,
  )
  const hasher = new ChunkHasher(new Uint8Array(32))
  const known = new Set()
  const out = new PieceList()
  let read = 0
  /** @param {readonly import('../stages/spans.mjs').Span[]} batch */
  const split = (batch) => {
    readBatch(folder, batch, arena.bytes, arena.dataAddress)
    let [address, consumed] = [arena.dataAddress, 0]
    for (const { length, offset, final } of batch) {
      out.clear()
      consumed += splitter.split(address, length, offset, final, { inZeroRun: false }, out)
      let at = address
      for (let piece = 0; piece < out.count; piece++) {
        const end = at + out.lengths[piece]
        if (out.kinds[piece] === CHUNK) takeNew(at, end)
        at = end
      }
      address += length
    }
    return consumed
  }
  const takeNew = (/** @type {number} */ start, /** @type {number} */ end) => {
    const id = hasher.idOf(1, arena.bytes, start, end).toString('latin1')
    if (known.has(id)) return
    known.add(id)
    take(arena.bytes.subarray(start, end))
  }
  const batches = batchesOf(listFiles(folder), spanBytes, spanBytes)
  for (let next = batches.next(); !next.done && read < bytesMax; ) {
    const consumed = split(next.value)
    read += consumed
    next = batches.next(consumed)
  }
  return read
}

const [folder, limitGb = '1'] = process.argv.slice(2)
if (folder === undefined) throw new Error('name a folder: node bench/kernels/block.mjs FOLDER')
const sizes = blockKib.map((kib) => new BlockSize(kib * 1024))
const read = eachNewChunk(join(folder), Number(limitGb) * 1e9, (chunk) => {
  for (const size of sizes) size.add(chunk)
})
for (const size of sizes) size.close()
console.log(`${(read / 1e9).toFixed(3)} GB of ${folder}, ${(sizes[0].bytes / 1e9).toFixed(3)} GB of it new\n`)
console.log(
  markdownTable(
    ['block', 'stored MB', 'ratio', 'against 512 KiB', 'compress ms/GB', 'open ms/GB', 'open one block, ms'],
    sizes.map((size, index) => [
      `${blockKib[index]} KiB`,
      figure(size.storedBytes / 1e6, 1),
      figure(size.bytes / size.storedBytes, 3),
      `${figure((100 * size.storedBytes) / sizes[2].storedBytes, 1)} %`,
      figure(size.compressMs / (size.bytes / 1e9), 0),
      figure(size.openMs / (size.bytes / 1e9), 0),
      figure(size.openMs / size.blocks, 2),
    ]),
  ),
)
