import { load } from '../../../../bench/machine/dist.mjs'
import { bareSeals, counting, seals } from '../samples.mjs'

const { openCodec } = await load('compression/codec.js')
const { openBlock, sealBlock } = await load('format/block.js')
const { parseBody, writeBodyHeader } = await load('format/block-body.js')
const { decodeDirectory, encodeDirectory, openDirectory, openPackTrailer, sealDirectory } =
  await load('format/directory.js')
const { decodeFence, encodeFence } = await load('format/index-fence.js')
const { decodeIndexFile, encodeIndexFile } = await load('format/index-file.js')
const { PackDirectory } = await load('format/pack-directory.js')
const { openBlockContent } = await load('pack/block-opener.js')
const { decodeRunEnd, encodeRunEnd } = await load('chunk-index/run-footer.js')
const { decodeManifest, emptyManifest, encodeManifest } = await load('chunk-index/manifest.js')

const codec = openCodec(3)
const content = Buffer.concat([Buffer.from('some text '.repeat(200)), counting(200)])
const lengths = [1000, content.length - 1000]
const frame = Buffer.alloc(4000)
const frameBytes = codec.compress(content, frame)
const body = Buffer.concat([writeBodyHeader(1, lengths), frame.subarray(0, frameBytes)])
const storedBody = Buffer.concat([writeBodyHeader(0, lengths), content])
const sealedBlock = sealBlock(seals, 1, [body])

const directory = {
  kind: 1,
  writerSlot: counting(16),
  blockSizes: Uint32Array.of(5000, 7000),
  blockTags: counting(32),
  blockChunkCounts: Uint32Array.of(2, 1),
  chunkSizes: Uint32Array.of(3000, 4000, 9000),
  ids: Buffer.concat([counting(32, 1), counting(32, 2), counting(32, 3)]),
}

const entry = (from, pack, location) => {
  const bytes = Buffer.alloc(24)
  counting(16, from).copy(bytes)
  bytes.writeUInt32LE(pack, 16)
  bytes.writeUInt32LE(location, 20)
  return bytes
}
const entries = Buffer.concat(Array.from({ length: 40 }, (_, index) => entry(index * 3, index % 2, index)))
const packs = ['01', '02'].map((byte) => ({ id: byte.repeat(32), sizeBytes: 9000, kind: 1 }))
const superseded = ['03'.repeat(32)]
const fence = {
  packs,
  superseded,
  entryCount: 40,
  pages: [{ firstPrefix: counting(16), offset: 0, storedSizeBytes: 1002, entryCount: 40 }],
}
const indexFile = Buffer.concat(encodeIndexFile(seals, { packs, entries, superseded }))
const decompress = (page, sizeBytes) => {
  const target = Buffer.alloc(sizeBytes)
  codec.decompress(page, target)
  return target
}

const blockDirectory = (stored) =>
  new PackDirectory({
    ...directory,
    blockSizes: Uint32Array.of(stored.length),
    blockTags: stored.subarray(stored.length - 16),
    blockChunkCounts: Uint32Array.of(2),
    chunkSizes: Uint32Array.from(lengths),
    ids: counting(64),
  })

export const targets = [
  { name: 'block body', valid: [body, storedBody], decode: (bytes) => parseBody(bytes, 'block') },
  {
    name: 'block body, decompressed',
    valid: [body, storedBody],
    decode: (bytes) => {
      const stored = sealBlock(seals, 1, [bytes])
      openBlockContent(seals, codec, blockDirectory(stored), 0, stored, 'packs/01')
    },
    weight: 0.2,
  },
  {
    name: 'sealed block',
    valid: [sealedBlock],
    decode: (bytes) => openBlock(seals, bytes, 'block', 1),
    weight: 0.2,
  },
  {
    name: 'sealed block of any kind',
    valid: [sealedBlock],
    decode: (bytes) => openBlock(seals, bytes, 'block'),
    weight: 0.1,
  },
  {
    name: 'pack directory',
    valid: [encodeDirectory(directory)],
    decode: (bytes) => {
      const decoded = decodeDirectory(bytes, 12_000, 'packs/01')
      for (let chunk = 0; chunk < decoded.chunkCount; chunk++) decoded.find(decoded.idOf(chunk))
    },
  },
  {
    name: 'pack end',
    valid: [sealDirectory(bareSeals, directory)],
    decode: (bytes) => {
      const trailerAt = Math.max(0, bytes.length - 16)
      const trailer = openPackTrailer(bareSeals, bytes.subarray(trailerAt), 12_400, 'packs/01')
      openDirectory(bareSeals, bytes.subarray(0, trailerAt), trailer, 12_400, 'packs/01')
    },
  },
  {
    name: 'index fence',
    valid: [encodeFence(fence)],
    decode: (bytes) => decodeFence(bytes, 1002, 'index/01'),
  },
  {
    name: 'sealed index file',
    valid: [indexFile],
    decode: (bytes) => decodeIndexFile(seals, bytes, decompress, 'index/01'),
    weight: 0.2,
  },
  {
    name: 'index page',
    valid: [entries],
    decode: (bytes) => {
      const sealedPage = Buffer.concat([Buffer.of(0), bytes])
      const page = {
        ...fence.pages[0],
        entryCount: Math.max(1, Math.floor(bytes.length / 24)),
        storedSizeBytes: sealedPage.length,
      }
      const end = encodeFence({ ...fence, pages: [page], entryCount: page.entryCount })
      const trailer = Buffer.alloc(16)
      trailer.writeUInt32LE(end.length + 41)
      const parts = [
        seals.seal(5, 1, Buffer.alloc(4), sealedPage),
        seals.seal(
          5,
          2,
          '',
          encodeFence({
            ...fence,
            pages: [{ ...page, storedSizeBytes: sealedPage.length + 41 }],
            entryCount: page.entryCount,
          }),
        ),
        seals.seal(5, 3, '', trailer),
      ]
      decodeIndexFile(seals, Buffer.concat(parts), decompress, 'index/01')
    },
    weight: 0.1,
  },
  {
    name: 'zstd frame of a page',
    valid: [frame.subarray(0, frameBytes)],
    decode: (bytes) => {
      const target = Buffer.alloc(content.length)
      try {
        codec.decompress(bytes, target)
      } catch {
        // Whoever calls it makes a corrupt object of any error.
      }
    },
    weight: 0.3,
  },
  {
    name: 'end of a local run',
    valid: [Buffer.from(encodeRunEnd(300, Float64Array.of(1, 2)))],
    // The file's size decides how many bytes are read: whole fences only.
    decode: (bytes) =>
      bytes.length < 64 || bytes.length % 8 > 0 ? undefined : decodeRunEnd(Uint8Array.from(bytes)),
  },
  {
    name: 'local manifest',
    text: true,
    valid: [encodeManifest(emptyManifest('ab'))],
    decode: (text) => decodeManifest(text, 'ab'),
    weight: 0.2,
  },
]
