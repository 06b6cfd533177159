import { load } from '../../../../bench/machine/dist.mjs'
import { blockOf, ChunkKind, cbor, leafOf, packOf, putPack, Raw } from '../raw.mjs'

const { readFile } = await load('operations/read/read-file.js')
const { checkAll } = await import('../../damage/check-all.mjs')

const u64 = (value) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

const u32 = (value) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

const chunkPiece = (id, length) => Buffer.concat([u32(length).subarray(0, 3), id])
const extentPiece = (length) => Buffer.concat([Buffer.alloc(3), u64(length)])
const listLeaf = (...pieces) => Buffer.concat([Buffer.of(0), ...pieces])
const listInner = (level, children) =>
  Buffer.concat([
    Buffer.of(level),
    ...children.map(({ id, bytes, pieces }) => Buffer.concat([u64(bytes), u32(pieces), id])),
  ])

/** Content as it stands in an entry, put together from whatever is given. */
const contentItems = (content) => {
  const values = [1, 0o644, 0, 0, Buffer.alloc(0), Buffer.alloc(0), 0, 0, 0, 0, 0, 1, 0, 0]
  return new Raw(Buffer.concat([...values, content, [], []].map(cbor)))
}

/** A snapshot of one file, whose content is made with the sink. */
const snapshotOfContent = (scene, make, bytes) =>
  scene.repository.snapshotOf((sink) => {
    const content = make(sink)
    const id = sink.put(ChunkKind.tree, leafOf([['\0file', contentItems(content)]]))
    return { id, level: 0, entries: 1, bytes: bytes ?? content[1] }
  })

const bad = async (scene, make, bytes) => {
  await snapshotOfContent(scene, make, bytes)
  return scene.told()
}

const data = (sink, length = 1000) => sink.put(ChunkKind.data, Buffer.alloc(length, 5))

export const piecesThatAddUpToLess = (scene) =>
  bad(scene, (sink) => [0, 2000, chunkPiece(data(sink), 1000), null])

export const piecesThatAddUpToMore = (scene) =>
  bad(scene, (sink) => [0, 500, chunkPiece(data(sink), 1000), null])

export const pieceLongerThanItsChunk = (scene) =>
  bad(scene, (sink) => [0, 1001, chunkPiece(data(sink), 1001), null])

export const pieceShorterThanItsChunk = (scene) =>
  bad(scene, (sink) => [0, 999, chunkPiece(data(sink), 999), null])

export const pieceLongerThanChunksMayBe = (scene) =>
  bad(scene, (sink) => [0, 4_194_305, chunkPiece(data(sink), 4_194_305), null])

export const pieceThatIsCutOff = (scene) =>
  bad(scene, (sink) => [0, 1000, chunkPiece(data(sink), 1000).subarray(0, 30), null])

export const emptyExtent = (scene) => bad(scene, () => [0, 0, extentPiece(0), null])

export const adjacentExtents = (scene) =>
  bad(scene, () => [0, 3000, Buffer.concat([extentPiece(1000), extentPiece(2000)]), null])

export const extentsBeyondTwoToTheFiftyThree = (scene) =>
  bad(scene, (sink) => {
    const piece = chunkPiece(data(sink), 1000)
    const max = extentPiece(Number.MAX_SAFE_INTEGER)
    return [0, Number.MAX_SAFE_INTEGER, Buffer.concat([max, piece, max]), null]
  })

export const extentAboveTheSafeNumbers = (scene) =>
  bad(scene, () => [0, Number.MAX_SAFE_INTEGER, extentPiece(2n ** 63n), null])

/** Eight pebibytes of zeros: allowed, and only as large as a disk takes it. */
export const largestSparseFile = async (scene) => {
  await snapshotOfContent(scene, () => [
    0,
    Number.MAX_SAFE_INTEGER,
    extentPiece(Number.MAX_SAFE_INTEGER),
    null,
  ])
  const report = await checkAll(scene.store)
  scene.expect(report.damages.length === 0, 'check calls it damaged')
  const { restore } = await load('operations/restore/restore.js')
  const { openInlineEngine } = await load('operations/restore/restore-engine.js')
  const options = { snapshot: 'latest', target: scene.target, noOwnership: true }
  await scene.attempt('restore', () => restore(scene.store, options, openInlineEngine))
  const end = Number.MAX_SAFE_INTEGER
  const range = { start: end - 1000, end }
  const last = await scene.attempt('cat', () => collect(readFile(scene.store, 'latest:file', range)))
  scene.expect(last.length === 1000, 'the last bytes cannot be read')
}

const collect = async (parts) => {
  const all = []
  for await (const part of parts) all.push(part)
  return Buffer.concat(all)
}

/** A list whose root is this node. */
const listOf = (sink, node, sizeBytes, pieces) => [1, sizeBytes, sink.put(ChunkKind.list, node), pieces, null]

export const listOfAnotherSize = (scene) =>
  bad(scene, (sink) => listOf(sink, listLeaf(chunkPiece(data(sink), 1000)), 5000, 1))

export const listOfAnotherNumberOfPieces = (scene) =>
  bad(scene, (sink) => listOf(sink, listLeaf(chunkPiece(data(sink), 1000)), 1000, 7))

export const listOfLevelEight = (scene) =>
  bad(scene, (sink) => listOf(sink, listInner(8, [{ id: data(sink), bytes: 1000, pieces: 1 }]), 1000, 1))

export const listThatIsEmpty = (scene) => bad(scene, (sink) => listOf(sink, listLeaf(), 0, 0))

export const listNodeOfOneByte = (scene) => bad(scene, (sink) => listOf(sink, Buffer.of(3), 10, 1))

export const listThatIsFileData = (scene) =>
  bad(scene, (sink) => [1, 1000, sink.put(ChunkKind.data, listLeaf(chunkPiece(data(sink), 1000))), 1, null])

export const listThatIsATreeNode = (scene) =>
  bad(scene, (sink) => [1, 1000, sink.put(ChunkKind.tree, leafOf([])), 1, null])

/** Two leaves of a piece each under an inner node that says something else of them. */
const badInner = (scene, lie, sizeBytes = 2000, pieces = 2) =>
  bad(scene, (sink) => {
    const children = [1000, 1000].map((length) => ({
      id: sink.put(ChunkKind.list, listLeaf(chunkPiece(data(sink, length), length))),
      bytes: length,
      pieces: 1,
    }))
    return listOf(sink, listInner(1, lie(children)), sizeBytes, pieces)
  })

export const childrenThatOverlap = (scene) => badInner(scene, ([a, b]) => [{ ...a, bytes: 500 }, b], 1500)

export const childrenThatLeaveAGap = (scene) => badInner(scene, ([a, b]) => [{ ...a, bytes: 1500 }, b], 2500)

export const childThatCoversNothing = (scene) => badInner(scene, ([a, b]) => [{ ...a, bytes: 0 }, b], 1000)

export const childWithoutPieces = (scene) => badInner(scene, ([a, b]) => [{ ...a, pieces: 0 }, b], 2000, 1)

export const childrenBeyondTwoToTheFiftyThree = (scene) =>
  badInner(
    scene,
    ([a, b]) => [
      { ...a, bytes: Number.MAX_SAFE_INTEGER },
      { ...b, bytes: Number.MAX_SAFE_INTEGER },
    ],
    Number.MAX_SAFE_INTEGER,
  )

export const childrenOfTooManyPieces = (scene) =>
  badInner(scene, ([a, b]) => [{ ...a, pieces: 0xffffffff }, b], 2000, 0xffffffff)

export const extentsThatTouchAcrossLeaves = (scene) =>
  bad(scene, (sink) => {
    const child = { id: sink.put(ChunkKind.list, listLeaf(extentPiece(9))), bytes: 9, pieces: 1 }
    return listOf(sink, listInner(1, [child, child]), 18, 2)
  })

/** Each level names the one below 2,000 times: four billion pieces in five nodes. */
export const listThatNamesItsNodesAgainAndAgain = async (scene) => {
  await snapshotOfContent(scene, (sink) => {
    const piece = chunkPiece(data(sink, 1), 1)
    let node = {
      id: sink.put(ChunkKind.list, listLeaf(...Array(2000).fill(piece))),
      bytes: 2000,
      pieces: 2000,
    }
    for (let level = 1; level <= 2; level++) {
      const count = level === 1 ? 2000 : 1000
      const id = sink.put(ChunkKind.list, listInner(level, Array(count).fill(node)))
      node = { id, bytes: count * node.bytes, pieces: count * node.pieces }
    }
    return [1, node.bytes, node.id, node.pieces, null]
  })
  const report = await checkAll(scene.store)
  scene.expect(report.damages.length === 0, 'check calls it damaged')
  const range = { start: 3_000_000_000, end: 3_000_000_100 }
  const part = await scene.attempt('cat', () => collect(readFile(scene.store, 'latest:file', range)))
  scene.expect(part.length === 100, 'a part of it cannot be read')
}

export const listNodeThatIsItsOwnChild = async (scene) => {
  const id = Buffer.alloc(32, 0xcd)
  const node = listInner(1, [{ id, bytes: 1000, pieces: 1 }])
  putPack(scene, packOf(scene.seals, ChunkKind.list, [blockOf(node, id)]))
  await bad(scene, () => [1, 1000, id, 1, null])
}

const holed = (scene, holes, size = 1000) =>
  bad(scene, (sink) => [0, size, chunkPiece(data(sink, size), size), holes(sink)])

export const holesBeyondTheFile = (scene) => holed(scene, () => cbor([500, 501]))

export const holesThatOverlap = (scene) => holed(scene, () => cbor([10, 10, 0, 10]))

export const holesOfNothing = (scene) => holed(scene, () => cbor([10, 0]))

export const oddNumberOfHoleBounds = (scene) => holed(scene, () => cbor([10, 10, 5]))

export const noHolesAtAll = (scene) => holed(scene, () => cbor([]))

export const holesThatAreNotAnArray = (scene) => holed(scene, () => Buffer.from('not a map'))

export const holesOfFourBillionItems = (scene) =>
  holed(scene, () => Buffer.of(0x9a, 0xff, 0xff, 0xff, 0xff, 1, 1))

export const negativeHoles = (scene) => holed(scene, () => cbor([-1, 5]))

export const holeMapInChunksOfAWrongSize = (scene) =>
  holed(scene, (sink) => [sink.put(ChunkKind.list, cbor([1, 2])), sink.put(ChunkKind.list, cbor([1, 2]))])

export const holeMapThatIsFileData = (scene) =>
  holed(scene, (sink) => [sink.put(ChunkKind.data, cbor([1, 2]))])

/** 64 MiB of hole map, out of one chunk that is named a thousand times: thirty million holes. */
export const thirtyMillionHoles = async (scene) => {
  const chunkBytes = 65_536
  const chunks = 1024
  const items = chunks * chunkBytes - 5
  await snapshotOfContent(scene, (sink) => {
    const first = Buffer.alloc(chunkBytes, 1)
    first[0] = 0x9a
    first.writeUInt32BE(items - (items % 2), 1)
    const firstId = sink.put(ChunkKind.list, first)
    const id = sink.put(ChunkKind.list, Buffer.alloc(chunkBytes, 1))
    const last = sink.put(ChunkKind.list, Buffer.alloc(chunkBytes - (items % 2), 1))
    const size = 2 ** 27
    return [0, size, extentPiece(size), [firstId, ...Array(chunks - 2).fill(id), last]]
  })
  await scene.everything()
}

/** A small file with more ranges to write than any plan has room for. */
export const holesInEverySecondByte = async (scene) => {
  const chunkBytes = 65_536
  const items = 5 * chunkBytes
  await snapshotOfContent(scene, (sink) => {
    const first = Buffer.alloc(chunkBytes, 1)
    first[0] = 0x9a
    first.writeUInt32BE(items, 1)
    const firstId = sink.put(ChunkKind.list, first)
    const id = sink.put(ChunkKind.list, Buffer.alloc(chunkBytes, 1))
    const last = sink.put(ChunkKind.list, Buffer.alloc(5, 1))
    return [0, items, extentPiece(items), [firstId, ...Array(items / chunkBytes - 1).fill(id), last]]
  })
  await scene.everything()
}

export const holeMapOfTooManyChunks = (scene) =>
  holed(scene, (sink) => Array(1025).fill(sink.put(ChunkKind.list, Buffer.alloc(65_536, 1))))
