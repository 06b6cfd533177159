import { readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { repairIndex } from '../../../dist/operations/repair/repair-index.js'
import type { RepairOptions } from '../../../dist/operations/repair/repair-options.js'
import type { Scene } from '../backup/scene.js'
import { DamagedScene, expectSound, killedEverywhere, stateOf } from './damaged-scene.js'

let damaged: DamagedScene
let scene: Scene
beforeAll(async () => {
  damaged = await DamagedScene.make()
  scene = damaged.scene
})
beforeEach(() => damaged.reset())
afterAll(() => damaged[Symbol.asyncDispose]())

const repaired = async (options: RepairOptions = {}) => {
  await using store = await scene.open()
  return await repairIndex(store, options)
}

const flip = async (path: string): Promise<void> => {
  const bytes = await readFile(path)
  bytes[bytes.length >> 1]! ^= 1
  await writeFile(path, bytes)
}

const damages: readonly (readonly [string, (path: string) => Promise<void>])[] = [
  ['with a flipped bit', flip],
  ['cut in the middle', async (path) => truncate(path, (await readFile(path)).length >> 1)],
  ['emptied', (path) => truncate(path, 0)],
  ['of zeros', async (path) => writeFile(path, Buffer.alloc((await readFile(path)).length))],
]

describe('repair index', () => {
  it('does nothing where index files name all chunks', async () => {
    const before = await stateOf(scene)
    expect(await repaired()).toMatchObject({ indexFiles: 2, packsNamed: [], setAside: [], remarks: [] })
    expect(await stateOf(scene)).toEqual(before)
  })

  it.each(damages)(
    'writes anew what an index file said that is %s, and keeps the damaged bytes',
    async (_, damage) => {
      const [path] = await scene.objects('index')
      await damage(path!)
      const bytes = await readFile(path!)
      const report = await repaired()
      expect(report.setAside.map(({ object }) => object)).toEqual([`index/${basename(path!)}`])
      expect(report.packsNamed.length).toBeGreaterThan(0)
      const [kept] = await scene.objects('quarantine')
      expect(basename(kept!)).toBe(`index.${basename(path!)}`)
      expect(await readFile(kept!)).toEqual(bytes)
      await expectSound(scene)
      expect(await repaired()).toMatchObject({ packsNamed: [], setAside: [] })
    },
  )

  it('writes all anew where every index file is gone', async () => {
    for (const path of await scene.objects('index')) await rm(path)
    const report = await repaired()
    expect(report.packsNamed).toHaveLength((await scene.objects('packs')).length)
    await expectSound(scene)
    expect(await scene.backup()).toMatchObject({ filesNew: 0, dataBlobs: 0 })
  })

  it('keeps both where an object of the same name is in the quarantine already', async () => {
    const [path] = await scene.objects('index')
    const whole = await readFile(path!)
    await flip(path!)
    await repaired()
    await writeFile(path!, whole.subarray(0, 100))
    await repaired()
    expect((await scene.objects('quarantine')).map((kept) => basename(kept))).toEqual([
      `index.${basename(path!)}`,
      `index.${basename(path!)}.2`,
    ])
  })

  it('tells what stands in the place of an index file and is none, and leaves it', async () => {
    const [path] = await scene.objects('index')
    await rm(path!)
    await writeFile(`${scene.folder}/elsewhere`, 'something')
    await symlink(`${scene.folder}/elsewhere`, path!)
    const report = await repaired()
    expect(report.packsNamed.length).toBeGreaterThan(0)
    await expectSound(scene)
  })

  it('changes nothing in a dry run, and says the same', async () => {
    const [path] = await scene.objects('index')
    await flip(path!)
    const before = await stateOf(scene)
    const planned = await repaired({ dryRun: true })
    expect(await stateOf(scene)).toEqual(before)
    expect(await repaired()).toEqual({ ...planned, dryRun: false })
  })

  it('may be killed at any point and run again', async () => {
    for (const path of await scene.objects('index')) await flip(path)
    const points = await killedEverywhere(scene, 'index', async () => {
      await repaired()
      await expectSound(scene)
      expect(await scene.objects('quarantine')).toHaveLength(2)
    })
    expect(points).toBeGreaterThanOrEqual(8)
  }, 180_000)
})
