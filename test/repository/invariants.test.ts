import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MemoryBackend } from '../../src/backend/memory-backend.js'
import { ENTRY_BYTES, locationOf, writeEntry } from '../../src/chunk-index/entry.js'
import { openCodec } from '../../src/compression/codec.js'
import { ChunkKind, type PackId } from '../../src/format/ids.js'
import { openBlockContent } from '../../src/pack/block-opener.js'
import { ChunkReader } from '../../src/repository/chunk-reader.js'
import { ensureIndex } from '../../src/repository/ensure-index.js'
import { listPacks } from '../../src/repository/pack-listing.js'
import { readDirectory } from '../../src/repository/read-directory.js'
import { noise } from '../operations/check/small-repository.js'
import { RepositoryFixture } from '../repository-fixture.js'

let backend: MemoryBackend
let fixture: RepositoryFixture
beforeEach(async () => {
  backend = new MemoryBackend()
  fixture = await RepositoryFixture.create({ backend, packBytes: 600_000 })
  await fixture.snapshot({ a: noise('a', 700_000), b: noise('b', 400_000) })
})
afterEach(() => fixture[Symbol.asyncDispose]())

const dataPacks = async () => {
  const { seals } = fixture.store
  const found = await Promise.all(
    [...(await listPacks(backend)).keys()].map(async (id) => ({
      id,
      directory: (await readDirectory(backend, seals, id)).directory,
    })),
  )
  return found.filter(({ directory }) => directory.kind === ChunkKind.data)
}

const readerWith = (idKey: Uint8Array): ChunkReader => {
  const { seals, codec, index } = fixture.store
  return new ChunkReader(backend, seals, codec, idKey, index.local, async () => {})
}

describe('what is stored', () => {
  it('has the SHA-256 of its bytes for a name, packs and index files alike (I-6)', () => {
    const named = [...backend.store.keys()].filter((name) => /^(packs|index)\//.test(name))
    expect(named.length).toBeGreaterThan(2)
    for (const name of named) {
      const hash = createHash('sha256').update(backend.store.get(name)!.bytes).digest('hex')
      expect(name.slice(name.indexOf('/') + 1)).toBe(hash)
    }
  })

  it('decompresses to exactly the length that the chunks have together (I-5)', () => {
    const codec = openCodec(3)
    const compressed = Buffer.alloc(1000)
    const length = codec.compress(Buffer.alloc(500, 7), compressed)
    const payload = compressed.subarray(0, length)
    const whole = Buffer.alloc(500)
    codec.decompress(payload, whole)
    expect(whole).toEqual(Buffer.alloc(500, 7))
    for (const size of [499, 501]) expect(() => codec.decompress(payload, Buffer.alloc(size))).toThrow()
  })

  it('is read from a block only where tag and chunk lengths are those of the directory (I-8)', async () => {
    const { seals, codec } = fixture.store
    const [one, other] = await dataPacks()
    const { directory } = one!
    const stored = await backend.readRange(`packs/${one!.id}`, 0, directory.blockSizes[0]!)
    const open = (from: typeof directory) => () => openBlockContent(seals, codec, from, 0, stored, 'pack')
    expect(open(directory)).not.toThrow()
    expect(open(other!.directory)).toThrow(expect.objectContaining({ code: 'corrupt' }))
    const sizes = Uint32Array.from(directory.chunkSizes)
    sizes[0]!--
    sizes[1]!++
    const otherLengths = Object.create(directory, {
      chunkSizesOf: {
        value: (block: number) => Object.assign(directory.chunkSizesOf(block).slice(), { 0: 1 }),
      },
    })
    expect(open(otherLengths)).toThrow(/other chunks than the directory says/)
  })

  it('is handed out only with the id that was asked for, recomputed from its bytes (I-9)', async () => {
    await ensureIndex(fixture.store)
    const { directory } = (await dataPacks())[0]!
    const id = Uint8Array.from(directory.idOf(0)) as never
    const { idKey } = fixture.store.keys.keyring
    expect((await readerWith(idKey).get(id, ChunkKind.data)).length).toBe(directory.chunkSizes[0])
    await expect(readerWith(Buffer.alloc(32, 1)).get(id, ChunkKind.data)).rejects.toMatchObject({
      code: 'corrupt',
    })
  })

  it('is where the pack says, whatever an index entry says (I-10)', async () => {
    const packs = await dataPacks()
    const { directory } = packs[0]!
    const id = Uint8Array.from(directory.idOf(0)) as never
    const { index, keys } = fixture.store
    index.local.clear()
    const entries = new Uint8Array(2 * ENTRY_BYTES)
    writeEntry(entries, 0, id, 0, locationOf(3, 9))
    writeEntry(entries, ENTRY_BYTES, id, 1, locationOf(0, 0))
    const records = packs.slice(0, 2).map(({ id }) => ({ packId: id as PackId, sizeBytes: 1 }))
    index.local.addRun({ entries, packs: records, indexFiles: [] })
    const chunk = await readerWith(keys.keyring.idKey).get(id, ChunkKind.data)
    expect(chunk.length).toBe(directory.chunkSizes[0])
  })
})
