import { load } from '../../../../bench/machine/dist.mjs'
import { blockOf, bodyHeader, ChunkKind, ObjectType, packOf, putPack, storedBody } from '../raw.mjs'

const { openCodec } = await load('compression/codec.js')
const { ChunkHasher } = await load('crypto/chunk-id.js')
const { openFrame } = await load('format/block.js')
const { encodeFence } = await load('format/index-fence.js')

/** A snapshot of one file, whose only chunk is in a pack that the case makes; index files say nothing of it. */
const fileIn = async (scene, content, makePack) => {
  const hasher = new ChunkHasher(scene.store.keys.keyring.idKey)
  const id = Buffer.from(hasher.idOf(ChunkKind.data, Buffer.from(content), 0, content.length))
  const { PieceWriter } = await load('format/pieces.js')
  putPack(scene, await makePack(id))
  const pieces = new PieceWriter()
  pieces.appendChunk(id, content.length)
  const file = { content: { form: 'inline', sizeBytes: content.length, pieces: pieces.bytes(), holes: null } }
  await scene.repository.snapshotOf((sink) => treeOfContent(sink, file.content))
}

const { encodeEntryValue } = await load('format/entry-value.js')
const { keyOf } = await load('format/tree-key.js')
const { TreeWriter } = await load('tree/tree-writer.js')
const { plainEntry } = await import('../../../repository/planned-tree.mjs')

const treeOfContent = (sink, content) => {
  const writer = new TreeWriter(sink, Buffer.alloc(16))
  writer.add(keyOf('', 'file'), encodeEntryValue({ ...plainEntry, content }), content.sizeBytes)
  return writer.finish()
}

const content = Buffer.from('the content of the only file '.repeat(50))

/** The pack holds the chunk; its directory lies. */
const lying = async (scene, lie) => {
  await fileIn(scene, content, (id) => packOf(scene.seals, ChunkKind.data, [blockOf(content, id)], lie))
  return scene.told()
}

export const honestPack = async (scene) => {
  await fileIn(scene, content, (id) => packOf(scene.seals, ChunkKind.data, [blockOf(content, id)]))
  const { restore } = await scene.everything()
  scene.expect(restore.problems?.length === 0, 'an honest pack is not read')
}

export const directoryOfTwoBlocksWhereOneIs = (scene) =>
  lying(scene, (directory) => ({
    ...directory,
    blockCount: 2,
    blocks: [...directory.blocks, directory.blocks[0]],
  }))

export const blocksThatOverlap = (scene) =>
  lying(scene, (directory) => {
    const [block] = directory.blocks
    const half = { ...block, sizeBytes: block.sizeBytes - 100, chunks: 1 }
    return {
      ...directory,
      blockCount: 2,
      chunkCount: 2,
      blocks: [block, half],
      sizes: [...directory.sizes, 10],
      ids: [...directory.ids, Buffer.alloc(32, 1)],
    }
  })

export const blockThatReachesBeyondThePack = (scene) =>
  lying(scene, (directory) => ({ ...directory, blocks: [{ ...directory.blocks[0], sizeBytes: 30_000_000 }] }))

export const blockThatIsTooLong = (scene) =>
  lying(scene, (directory) => ({ ...directory, blocks: [{ ...directory.blocks[0], sizeBytes: 0xffffffff }] }))

export const blockOfNoBytes = (scene) =>
  lying(scene, (directory) => ({ ...directory, blocks: [{ ...directory.blocks[0], sizeBytes: 0 }] }))

export const directoryOfFourBillionChunks = (scene) =>
  lying(scene, (directory) => ({ ...directory, chunkCount: 0xffffffff }))

export const directoryOfFourBillionBlocks = (scene) =>
  lying(scene, (directory) => ({ ...directory, blockCount: 0xffffffff }))

export const directoryWithoutBlocks = (scene) =>
  lying(scene, (directory) => ({
    ...directory,
    blockCount: 0,
    chunkCount: 0,
    blocks: [],
    sizes: [],
    ids: [],
  }))

export const blockOfMoreChunksThanThereAre = (scene) =>
  lying(scene, (directory) => ({ ...directory, blocks: [{ ...directory.blocks[0], chunks: 7 }] }))

export const chunkOfAnotherLength = (scene) =>
  lying(scene, (directory) => ({ ...directory, sizes: [content.length - 1] }))

export const chunkOfSixteenMegabytes = (scene) =>
  lying(scene, (directory) => ({ ...directory, sizes: [0xffffff] }))

export const blockWithAnotherTag = (scene) =>
  lying(scene, (directory) => ({ ...directory, blocks: [{ ...directory.blocks[0], tag: Buffer.alloc(16) }] }))

export const directoryOfAnotherKind = (scene) =>
  lying(scene, (directory) => ({ ...directory, kind: ChunkKind.tree }))

export const trailerOfAnotherKind = (scene) =>
  lying(scene, (directory) => ({ ...directory, trailerKind: ChunkKind.tree }))

export const directoryOfALaterVersion = (scene) => lying(scene, (directory) => ({ ...directory, version: 2 }))

export const directoryWithASignature = (scene) =>
  lying(scene, (directory) => ({ ...directory, signature: 64 }))

export const trailerWithReservedValues = (scene) =>
  lying(scene, (directory) => ({ ...directory, trailerReserved: 1 }))

export const trailerThatReachesBeyondThePack = (scene) =>
  lying(scene, (directory) => ({ ...directory, trailerMore: 1_000_000_000 }))

export const trailerOfAShorterDirectory = (scene) =>
  lying(scene, (directory) => ({ ...directory, trailerMore: -1 }))

/** A hostile host stores one thing under the id of another, for others to deduplicate against. */
export const chunkUnderTheIdOfAnother = async (scene) => {
  const false_ = Buffer.from('other bytes of the same length'.repeat(60)).subarray(0, content.length)
  await fileIn(scene, content, (id) => packOf(scene.seals, ChunkKind.data, [blockOf(false_, id)]))
  const { restore } = await scene.told()
  scene.expect(
    restore.problems?.some(({ path }) => path === 'file'),
    'the file is not named',
  )
  scene.expect(scene.restored().get('file') === undefined, 'other bytes were restored')
}

/** One chunk honest in a second pack, and false in the first. */
export const falseChunkBesideAnHonestOne = async (scene) => {
  const false_ = Buffer.alloc(content.length, 1)
  await fileIn(scene, content, (id) => {
    putPack(scene, packOf(scene.seals, ChunkKind.data, [blockOf(content, id)]))
    return packOf(scene.seals, ChunkKind.data, [blockOf(false_, id)])
  })
  await scene.everything()
  const restored = scene.restored().get('file')
  scene.expect(restored?.bytes.equals(content), 'the honest one was not found')
}

const zstd = (bytes) => {
  const target = Buffer.alloc(bytes.length + 1000)
  return target.subarray(0, openCodec(19).compress(bytes, target))
}

/** A block whose payload is this frame and which says that it has these lengths. */
const framed = async (scene, frame, header = {}) => {
  const body = Buffer.concat([bodyHeader({ codec: 1, lengths: [content.length], ...header }), frame])
  await fileIn(scene, content, (id) =>
    packOf(scene.seals, ChunkKind.data, [{ body, chunks: [{ id, sizeBytes: content.length }] }]),
  )
  return scene.told()
}

/** 64 MiB of zeros in six kilobytes, where 1,450 bytes are promised. */
export const zstdBomb = (scene) => framed(scene, zstd(Buffer.alloc(64 * 1024 * 1024)))

export const zstdFrameThatClaimsTwoToTheSixtyBytes = (scene) => {
  const frame = Buffer.from(zstd(Buffer.alloc(1000)))
  // RFC 8878: single segment and a content size of 8 bytes.
  const claimed = Buffer.concat([
    frame.subarray(0, 4),
    Buffer.of(0xe0, 0, 0, 0, 0, 0, 0, 0, 0x10),
    frame.subarray(7),
  ])
  return framed(scene, claimed)
}

export const zstdFrameThatIsShorter = (scene) => framed(scene, zstd(content.subarray(1)))

export const zstdFrameThatIsLonger = (scene) => framed(scene, zstd(Buffer.concat([content, Buffer.of(0)])))

export const twoZstdFrames = (scene) =>
  framed(scene, Buffer.concat([zstd(content), zstd(Buffer.from('more'))]))

export const zstdFrameThatIsCutOff = (scene) => framed(scene, zstd(content).subarray(0, 30))

export const zstdFrameThatIsNone = (scene) => framed(scene, Buffer.from('no zstd at all'))

export const zstdFrameWithADictionary = (scene) => {
  const frame = zstd(content)
  const withDictionary = Buffer.concat([frame.subarray(0, 4), Buffer.of(frame[4] | 1, 7), frame.subarray(5)])
  return framed(scene, withDictionary)
}

export const unknownCodec = (scene) => framed(scene, content, { codec: 2 })

export const blockWithFlags = (scene) => framed(scene, zstd(content), { flags: 1 })

export const blockThatNeedsAFeature = (scene) => framed(scene, zstd(content), { features: 1 })

export const paddingLongerThanTheBlock = (scene) => framed(scene, zstd(content), { padding: 0xffffffff })

export const blockOfAMillionAndOneChunks = (scene) => framed(scene, zstd(content), { count: 1_048_577 })

export const blockOfFourBillionChunks = (scene) => framed(scene, zstd(content), { count: 0xffffffff })

export const blockOfMoreThanSixteenMegabytes = (scene) =>
  framed(scene, zstd(content), { lengths: Array(5).fill(4_194_304) })

export const paddingThatIsNotZero = async (scene) => {
  const body = Buffer.concat([storedBody([content], { padding: 4 }), Buffer.from('junk')])
  await fileIn(scene, content, (id) =>
    packOf(scene.seals, ChunkKind.data, [{ body, chunks: [{ id, sizeBytes: content.length }] }]),
  )
  await scene.told()
}

/** The frame of a block, sealed with what the case wants in it. */
const badFrame = async (scene, change) => {
  const frame = Buffer.alloc(16)
  frame.writeUInt32LE(1000)
  frame[4] = ChunkKind.data
  change(frame)
  const sealed = scene.seals.seal(ChunkKind.data, 1, '', frame)
  await scene.corrupt('the frame', () => openFrame(scene.seals, sealed, 'block', ChunkKind.data))
}

export const frameOfFourGigabytes = (scene) => badFrame(scene, (frame) => frame.writeUInt32LE(0xffffffff))
export const frameOfNothing = (scene) => badFrame(scene, (frame) => frame.writeUInt32LE(0))
export const frameOfAnotherKind = (scene) => badFrame(scene, (frame) => frame.writeUInt8(3, 4))
export const frameOfAnotherKeyMode = (scene) => badFrame(scene, (frame) => frame.writeUInt8(1, 5))
export const frameWithAnEnvelope = (scene) => badFrame(scene, (frame) => frame.writeUInt16LE(72, 6))
export const frameWithReservedValues = (scene) => badFrame(scene, (frame) => frame.writeUInt8(1, 15))

/** An index file of the case's making in place of the true one. */
const badIndex = async (scene, change) => {
  await scene.repository.snapshot({ file: content })
  const [name] = scene.names('index')
  const packs = scene
    .names('packs')
    .map((pack) => ({ id: pack.slice(6), sizeBytes: scene.bytesOf(pack).length, kind: 1 }))
  scene.objects.delete(name)
  const made = change(packs)
  const entries = Buffer.concat(made.entries ?? [])
  const page = scene.seals.seal(
    ObjectType.index,
    1,
    Buffer.alloc(4),
    Buffer.concat([Buffer.of(made.codec ?? 0), made.payload ?? entries]),
  )
  const count = made.count ?? entries.length / 24
  const fence = encodeFence({
    packs: made.packs ?? packs,
    superseded: made.superseded ?? [],
    entryCount: made.entryCount ?? count,
    pages: [
      { firstPrefix: entries.subarray(0, 16), offset: 0, storedSizeBytes: page.length, entryCount: count },
    ],
  })
  const sealedFence = scene.seals.seal(ObjectType.index, 2, '', fence)
  const trailer = Buffer.alloc(16)
  trailer.writeUInt32LE(made.fenceSize ?? sealedFence.length)
  const file = Buffer.concat([page, sealedFence, scene.seals.seal(ObjectType.index, 3, '', trailer)])
  const { sha256 } = await import('../raw.mjs')
  scene.put(`index/${sha256(file)}`, file)
  const results = await scene.told()
  if (made.namesPacks) return results
  const restored = scene.restored().get('file')
  scene.expect(restored?.bytes.equals(content), 'the file, whose packs are whole, was not restored')
  return results
}

const entry = (prefix, pack, location) => {
  const bytes = Buffer.alloc(24, prefix)
  bytes.writeUInt32LE(pack, 16)
  bytes.writeUInt32LE(location >>> 0, 20)
  return bytes
}

export const indexOfAPackBeyondItsTable = (scene) => badIndex(scene, () => ({ entries: [entry(1, 99, 0)] }))
export const indexOfABlockBeyondAll = (scene) =>
  badIndex(scene, () => ({ entries: [entry(1, 0, 0xffffffff)] }))
export const indexThatIsUnsorted = (scene) =>
  badIndex(scene, () => ({ entries: [entry(2, 0, 0), entry(1, 0, 0)] }))
export const indexOfMoreEntriesThanItHas = (scene) =>
  badIndex(scene, () => ({ entries: [entry(1, 0, 0)], count: 2000 }))
export const indexOfTwoToTheFiftyThreeEntries = (scene) =>
  badIndex(scene, () => ({ entries: [entry(1, 0, 0)], entryCount: Number.MAX_SAFE_INTEGER }))
export const indexPageThatIsABomb = (scene) =>
  badIndex(scene, () => ({
    entries: [entry(0, 0, 0)],
    codec: 1,
    payload: zstd(Buffer.alloc(32 * 1024 * 1024)),
  }))
export const indexWhoseFenceIsLongerThanItself = (scene) =>
  badIndex(scene, () => ({ entries: [entry(1, 0, 0)], fenceSize: 0xffffffff }))
export const indexOfPacksThatAreNotThere = (scene) =>
  badIndex(scene, () => ({
    entries: [entry(1, 0, 0)],
    packs: [{ id: 'ab'.repeat(32), sizeBytes: 100, kind: 1 }],
  }))
export const indexOfOtherSizesOfPacks = (scene) =>
  badIndex(scene, (packs) => ({
    entries: [entry(1, 0, 0)],
    packs: packs.map((pack) => ({ ...pack, sizeBytes: 5 })),
    namesPacks: true,
  }))
/** Told, and mended by `repair index`; a reader looks only into packs that no index file names. */
export const indexThatNamesPacksButNotTheirChunks = (scene) =>
  badIndex(scene, () => ({ entries: [entry(1, 0, 0)], namesPacks: true }))

export const packOfNoBytes = async (scene) => {
  await scene.repository.snapshot({ file: content })
  scene.put(`packs/${'ab'.repeat(32)}`, Buffer.alloc(0))
  await scene.everything()
}
