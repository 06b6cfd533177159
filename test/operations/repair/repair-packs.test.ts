import { rename, rm, truncate } from 'node:fs/promises'
import { basename } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ChunkKind, type PackId } from '../../../dist/format/ids.js'
import { repairIndex } from '../../../dist/operations/repair/repair-index.js'
import type { RepairPacksOptions } from '../../../dist/operations/repair/repair-options.js'
import { repairPacks } from '../../../dist/operations/repair/repair-packs.js'
import { readDirectory } from '../../../dist/repository/read-directory.js'
import type { Scene } from '../backup/scene.js'
import { checked, DamagedScene, expectSound, flipByte, killedEverywhere, stateOf } from './damaged-scene.js'

let damaged: DamagedScene
let scene: Scene
/** The largest pack of file data, and the offsets of its blocks. */
let pack: string
let offsets: Uint32Array
beforeAll(async () => {
  damaged = await DamagedScene.make()
  scene = damaged.scene
  await using store = await scene.open()
  let blocks = 0
  for (const path of await scene.objects('packs')) {
    const { directory } = await readDirectory(store.backend, store.seals, basename(path) as PackId)
    if (directory.kind !== ChunkKind.data || directory.blockCount <= blocks) continue
    blocks = directory.blockCount
    pack = path
    offsets = directory.blockOffsets
  }
  expect(blocks).toBeGreaterThan(3)
})
beforeEach(() => damaged.reset())
afterAll(() => damaged[Symbol.asyncDispose]())

const repaired = async (options: RepairPacksOptions = {}) => {
  await using store = await scene.open()
  return await repairPacks(store, options)
}

const breakBlock = (block: number): Promise<void> => flipByte(pack, offsets[block]! + 300)

/** Old snapshots too: ids are the same. */
const expectHealed = async (): Promise<void> => {
  await scene.backup()
  await expectSound(scene)
  expect(await scene.objects('suspect')).toEqual([])
  expect(await scene.objects('condemned')).toEqual([])
}

describe('repair packs', () => {
  it('does nothing where no pack is damaged', async () => {
    const before = await stateOf(scene)
    expect(await repaired()).toMatchObject({ packsExamined: 0, packs: [], newPacks: [] })
    expect(await repaired({ readData: true })).toMatchObject({ packs: [], newPacks: [], suspectsEnded: 0 })
    expect(await stateOf(scene)).toEqual(before)
  })

  it('saves the whole blocks of the pack that is named, and keeps the damaged one in the quarantine', async () => {
    await breakBlock(1)
    const whole = await stateOf(scene)
    const report = await repaired({ packs: [basename(pack).slice(0, 10)] })
    const count = offsets.length - 1
    expect(report.packs).toMatchObject([
      { blocksWhole: count - 1, blocksBroken: 1, blocksSaved: count - 1, chunksLost: expect.any(Number) },
    ])
    expect(report.packs[0]!.chunksLost).toBeGreaterThan(0)
    expect(report.newPacks).toHaveLength(1)
    const after = await stateOf(scene)
    expect(after[`quarantine/packs.${basename(pack)}`]).toBe(whole[pack.slice(scene.repository.length + 1)])
    await expectHealed()
    expect(await repaired({ readData: true })).toMatchObject({ packs: [] })
  })

  it('takes those that check --mark noted, and ends what it noted', async () => {
    await breakBlock(0)
    await checked(scene, { readData: true, mark: true })
    expect(await scene.objects('suspect')).toHaveLength(1)
    expect(await repaired()).toMatchObject({
      packsExamined: 1,
      packs: [{ blocksBroken: 1 }],
      suspectsEnded: 1,
    })
    await expectHealed()
  })

  it('finds damage by itself with readData', async () => {
    await breakBlock(2)
    expect(await repaired()).toMatchObject({ packsExamined: 0, packs: [] })
    expect(await repaired({ readData: true })).toMatchObject({
      packs: [{ object: `packs/${basename(pack)}` }],
    })
    await expectHealed()
  })

  it('salvages a pack that was cut off, up to the cut', async () => {
    await truncate(pack, offsets[2]! + 1000)
    const report = await repaired()
    expect(report.packs).toMatchObject([{ blocksWhole: 2, blocksBroken: undefined, blocksSaved: 2 }])
    expect(report.packs[0]!.chunksLost).toBeGreaterThan(0)
    await expectHealed()
  })

  it('salvages what stands behind a damaged frame in a pack without a directory', async () => {
    await truncate(pack, offsets.at(-1)!)
    await flipByte(pack, offsets[1]! + 20)
    const count = offsets.length - 1
    expect((await repaired()).packs).toMatchObject([{ blocksWhole: count - 1, blocksSaved: count - 1 }])
    await expectHealed()
  })

  it('loses nothing where only the directory is damaged', async () => {
    await flipByte(pack, offsets.at(-1)! + 60)
    expect((await repaired()).packs).toMatchObject([{ blocksWhole: offsets.length - 1, chunksLost: 0 }])
    await expectSound(scene)
    for (const { id } of await scene.snapshots()) await scene.read(id)
  })

  it('tells from the index files what was in a pack that holds another one', async () => {
    const other = (await scene.objects('packs')).find((path) => path !== pack)!
    await rm(pack)
    await rename(other, pack)
    const { packs } = await repaired({ readData: true })
    expect(packs).toMatchObject([{ message: 'has other bytes than its name says', blocksBroken: 0 }])
    expect(packs[0]!.chunksLost).toBeGreaterThan(0)
    await expectHealed()
  })

  it('changes nothing in a dry run, and says the same', async () => {
    await breakBlock(1)
    await checked(scene, { readData: true, mark: true })
    const before = await stateOf(scene)
    const planned = await repaired({ dryRun: true })
    expect(await stateOf(scene)).toEqual(before)
    const { newPacks, ...done } = await repaired()
    expect(newPacks).toHaveLength(1)
    expect({ ...done, newPacks: [], dryRun: true }).toEqual(planned)
  })

  it('names what it does not find', async () => {
    await expect(repaired({ packs: ['0123'] })).rejects.toMatchObject({ code: 'not-found' })
    await expect(repaired({ packs: [''] })).rejects.toMatchObject({ code: 'ambiguous' })
  })

  it('may be killed at any point and run again', async () => {
    await breakBlock(1)
    await checked(scene, { readData: true, mark: true })
    const points = await killedEverywhere(scene, 'packs', async () => {
      const { newPacks } = await repaired()
      expect(newPacks.length).toBeLessThanOrEqual(1)
      expect(await scene.objects('condemned')).toEqual([])
      expect(await scene.objects('suspect')).toEqual([])
      expect(await scene.objects('quarantine')).toHaveLength(1)
      const { damages } = await checked(scene)
      expect(damages.filter(({ message }) => message.includes('index files do not name'))).toEqual([])
    })
    expect(points).toBeGreaterThanOrEqual(12)
    await expectHealed()
  }, 180_000)
})

describe('repair index', () => {
  it('saves what is whole of a torn pack, names it, and leaves the pack for repair packs', async () => {
    await truncate(pack, offsets[2]! + 1000)
    await using store = await scene.open()
    const first = await repairIndex(store)
    expect(first.tornPacks).toMatchObject([{ blocksWhole: 2, blocksSaved: 2 }])
    expect(await scene.objects('suspect')).toHaveLength(1)
    const again = await repairIndex(store)
    expect(again.tornPacks).toMatchObject([{ blocksWhole: 2, blocksSaved: 0 }])
    expect(await repaired()).toMatchObject({ packs: [{ blocksSaved: 0 }], newPacks: [], suspectsEnded: 1 })
    await expectHealed()
  })
})
