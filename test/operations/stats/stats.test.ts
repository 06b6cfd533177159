import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MemoryBackend } from '../../../src/backend/memory-backend.js'
import { isFileContent } from '../../../src/format/entry.js'
import { encodeHoles } from '../../../src/format/hole-map.js'
import { ChunkKind } from '../../../src/format/ids.js'
import { PieceCursor } from '../../../src/format/pieces.js'
import type { Snapshot } from '../../../src/format/snapshot.js'
import { isLeaf } from '../../../src/format/tree-node.js'
import { stats } from '../../../src/operations/stats/stats.js'
import type { NodeSource } from '../../../src/tree/node-store.js'
import { visitListNodes } from '../../../src/tree/walk-lists.js'
import { visitNodes } from '../../../src/tree/walk-nodes.js'
import { type Planned, RepositoryFixture, symlink } from '../../repository-fixture.js'

const block = (seed: number, sizeBytes = 1000) => Buffer.alloc(sizeBytes, `chunk ${seed} `)

describe('stats', () => {
  it('counts what is shared once, and what only one snapshot has as its own', async () => {
    await using fixture = await RepositoryFixture.create()
    const a = await fixture.snapshot({ f: [block(1), block(2)], 'd/g': [block(2), { zeros: 1_000_000 }] })
    const b = await fixture.snapshot({ f: [block(1), block(3)], h: [block(4, 700)] })
    const report = await stats(fixture.store)
    expect(report).toMatchObject({ snapshots: 2, files: 4, logicalBytes: 2000 + 1_001_000 + 2700 })
    // Four data chunks, and a node for each snapshot.
    expect(report.uniqueChunks).toBe(4 + 2)
    const [ofA, ofB] = report.perSnapshot
    expect([ofA!.id, ofB!.id]).toEqual([a.id, b.id])
    expect(ofA!.logicalBytes).toBe(1_003_000)
    const nodesOfA = ofA!.onlyHereBytes - 1000
    const nodesOfB = ofB!.onlyHereBytes - 1700
    expect(nodesOfA).toBeGreaterThan(100)
    expect(nodesOfB).toBeGreaterThan(100)
    expect(report.uniqueBytes).toBe(3700 + nodesOfA + nodesOfB)
    expect(report.deduplicationRatio).toBeCloseTo(report.logicalBytes / report.uniqueBytes)
    expect(report.compressionRatio).toBeGreaterThan(1)
  })

  it('tells what is only in one snapshot with all others in mind, also when only that one was asked for', async () => {
    await using fixture = await RepositoryFixture.create()
    await fixture.snapshot({ f: block(1) })
    const b = await fixture.snapshot({ f: block(1), g: block(2) })
    await fixture.snapshot({ f: block(1), g: block(2), h: block(3) })
    const all = await stats(fixture.store)
    const one = await stats(fixture.store, { snapshots: [b.id.slice(0, 12)] })
    expect(one).toMatchObject({ snapshots: 1, files: 2, logicalBytes: 2000, uniqueChunks: 3 })
    expect(one.perSnapshot).toEqual([all.perSnapshot[1]])
    expect(one.uniqueBytes).toBe(2000 + one.perSnapshot[0]!.onlyHereBytes)
  })

  it('counts what long attributes and hole maps are stored in', async () => {
    await using fixture = await RepositoryFixture.create()
    const holes = Array.from({ length: 2000 }, (_, at) => (at % 2 === 0 ? at * 500 : 100))
    const plain = await fixture.snapshot({ f: { file: [{ zeros: 1_000_000 }] } })
    const { uniqueBytes } = await stats(fixture.store, { snapshots: [plain.id] })
    const { id } = await fixture.snapshot({
      f: { file: [{ zeros: 1_000_000 }], holes, longXattr: ['user.x', randomBytes(70_000)] },
    })
    const report = await stats(fixture.store, { snapshots: [id] })
    // A node, one chunk of holes, two of the attribute; the node is longer by some 150 bytes.
    expect(report.uniqueChunks).toBe(4)
    expect(report.perSnapshot[0]!.onlyHereBytes).toBe(report.uniqueBytes)
    const addedBytes = report.uniqueBytes - uniqueBytes - encodeHoles(holes).length - 70_000
    expect(addedBytes).toBeGreaterThan(50)
    expect(addedBytes).toBeLessThan(300)
  })

  it('gives what is stored: packs and index files', async () => {
    const backend = new MemoryBackend()
    await using fixture = await RepositoryFixture.create({ backend, packBytes: 4096 })
    await fixture.snapshot({ f: [block(1), block(2)] })
    await fixture.snapshot({ f: [block(3)] })
    const sizes = (folder: string) =>
      [...backend.store].filter(([name]) => name.startsWith(folder)).map(([, { bytes }]) => bytes.length)
    const report = await stats(fixture.store)
    expect(report.packs).toBe(sizes('packs/').length)
    expect(report.storedBytes).toBe(sizes('packs/').reduce((a, b) => a + b))
    expect(report.indexBytes).toBe(sizes('index/').reduce((a, b) => a + b))
  })

  it('is all zeros for an empty repository', async () => {
    await using fixture = await RepositoryFixture.create()
    expect(await stats(fixture.store)).toEqual({
      snapshots: 0,
      files: 0,
      logicalBytes: 0,
      uniqueChunks: 0,
      uniqueBytes: 0,
      storedBytes: 0,
      packs: 0,
      indexBytes: 0,
      deduplicationRatio: 1,
      compressionRatio: 1,
      perSnapshot: [],
    })
  })

  it('agrees with sets of ids, whatever the snapshots share', async () => {
    const file = fc.array(fc.nat(12), { maxLength: 30 })
    const files = fc.dictionary(fc.stringMatching(/^[ab](\/[cd](\/[ef])?)?\/x$/), file, { maxKeys: 6 })
    const edit = fc.record({ at: fc.constantFrom(10, 150, 290), text: fc.constantFrom('x', 'y') })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(files, edit), { minLength: 1, maxLength: 4 }), async (trees) => {
        await using fixture = await RepositoryFixture.create()
        const used: Map<string, number>[] = []
        for (const [planned, { at, text }] of trees) {
          const tree: Record<string, Planned> = {}
          // Enough entries for several leaves, of which most are shared.
          for (let entry = 0; entry < 300; entry++)
            tree[`z/${entry}`] = symlink(entry === at ? text : `to ${entry}`)
          for (const [path, seeds] of Object.entries(planned)) tree[path] = seeds.map((seed) => block(seed))
          used.push(await chunksOf(await fixture.snapshot(tree), fixture.store.reader))
        }
        const report = await stats(fixture.store)
        const all = new Map(used.flatMap((chunks) => [...chunks]))
        expect(report.uniqueChunks).toBe(all.size)
        expect(report.uniqueBytes).toBe(sum(all.values()))
        expect(report.files).toBe(trees.reduce((count, [planned]) => count + Object.keys(planned).length, 0))
        report.perSnapshot.forEach(({ onlyHereBytes }, index) => {
          const own = [...used[index]!].filter(([id]) => used.filter((chunks) => chunks.has(id)).length === 1)
          expect(onlyHereBytes).toBe(sum(own.map(([, lengthBytes]) => lengthBytes)))
        })
      }),
      { numRuns: 25 },
    )
  })
})

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0)

/** Lengths of all chunks that a snapshot refers to, by id. */
const chunksOf = async ({ root }: Snapshot, source: NodeSource): Promise<Map<string, number>> => {
  const chunks = new Map<string, number>()
  const add = (id: Uint8Array, lengthBytes: number) =>
    chunks.set(Buffer.from(id).toString('hex'), lengthBytes)
  const addPieces = (pieces: Uint8Array) => {
    for (const cursor = new PieceCursor(pieces, 'pieces'); cursor.next(); )
      if (!cursor.isExtent) add(cursor.id, cursor.lengthBytes)
  }
  await visitNodes([root], source, async ({ id, node, sizeBytes }) => {
    add(id, sizeBytes)
    for (const { content } of isLeaf(node) ? node.entries : []) {
      if (content === null || !isFileContent(content)) continue
      if (content.form === 'inline') addPieces(content.pieces)
      else
        await visitListNodes(content, source, new Set(), async (list) => {
          add(list.id, (await source.get(list.id, ChunkKind.list)).length)
          if (!('children' in list.node)) addPieces(list.node.pieces)
        })
    }
  })
  return chunks
}
