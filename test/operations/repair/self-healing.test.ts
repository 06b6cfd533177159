import { rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Backend } from '../../../dist/backend/backend.js'
import { repairIndex } from '../../../dist/operations/repair/repair-index.js'
import { repairPacks } from '../../../dist/operations/repair/repair-packs.js'
import type { Scene } from '../backup/scene.js'
import { backUp, checked, DamagedScene, expectSound, flipByte } from './damaged-scene.js'

let damaged: DamagedScene
let scene: Scene
/** Every pack: of file data, of lists, of trees. */
let packs: string[]
beforeAll(async () => {
  damaged = await DamagedScene.make(async (filled) => {
    for (let n = 0; n < 60; n++) await filled.write(`d${n % 5}/f${n}`, `content ${n}`.repeat(50 + n))
    await filled.write('large', Buffer.from(Array.from({ length: 1 << 20 }, (_, at) => (at * at) >> 7)))
    await backUp(filled)
    await backUp(filled)
  })
  scene = damaged.scene
  packs = await scene.objects('packs')
  expect(packs).toHaveLength(3)
})
beforeEach(() => damaged.reset())
afterAll(() => damaged[Symbol.asyncDispose]())

const store = () => scene.open()

/** One backup of the same source, by a machine that knows the repository or by another one. */
const healed = async (cache = scene.cache): Promise<void> => {
  const report = await backUp(scene, { cache })
  expect(report.problems).toEqual([])
  await expectSound(scene)
}

const damages: readonly (readonly [string, (pack: string) => Promise<void>])[] = [
  ['was taken away', (pack) => rm(pack)],
  ['has a flipped bit in its first block', (pack) => flipByte(pack, 200)],
  ['cannot be opened any more', async (pack) => flipByte(pack, (await scene.sizeOf(pack)) - 10)],
]

describe.each(damages)('a pack that %s', (_, damage) => {
  it('is whole again after check --mark and one backup, old snapshots too', async () => {
    for (const pack of packs) {
      await damaged.reset()
      await damage(pack)
      const { damages: found } = await checked(scene, { readData: true, mark: true })
      expect(found.map(({ object }) => object)).toContain(`packs/${basename(pack)}`)
      await healed()
    }
  }, 180_000)

  it('is whole again after repair packs and one backup, and no record tells of it any more', async () => {
    for (const pack of packs) {
      await damaged.reset()
      await damage(pack)
      await using opened = await store()
      await repairPacks(opened, { readData: true })
      await healed(join(scene.folder, 'cache-of-another'))
      expect(await scene.objects('suspect')).toEqual([])
      expect((await checked(scene)).remarks.filter((remark) => remark.includes('suspect'))).toEqual([])
    }
  }, 180_000)
})

describe('what check --mark noted', () => {
  it('is not told for ever: once the content is whole elsewhere, repair packs ends the record', async () => {
    const [pack] = packs
    await flipByte(pack!, 200)
    await checked(scene, { readData: true, mark: true })
    await healed()
    expect(await scene.objects('suspect')).toHaveLength(1)
    await using opened = await store()
    const { packs: repaired, suspectsEnded } = await repairPacks(opened)
    expect(repaired).toMatchObject([{ chunksLost: 0, blocksSaved: 0 }])
    expect(suspectsEnded).toBe(1)
    await expectSound(scene)
    expect((await checked(scene)).remarks).toEqual([])
  })

  it('ends with the next repair where the pack is gone', async () => {
    const [pack] = packs
    await flipByte(pack!, 200)
    await checked(scene, { readData: true, mark: true })
    await rm(pack!)
    await using opened = await store()
    expect(await repairPacks(opened)).toMatchObject({ packs: [], suspectsEnded: 1 })
    expect(await scene.objects('suspect')).toEqual([])
  })
})

describe('beside a repair, another host', () => {
  /** Calls `act` once, right after the first object of the folder was written. */
  const onceAfter =
    (folder: string, act: () => Promise<unknown>) =>
    (backend: Backend): Backend => {
      const { create } = backend
      let isDone = false
      backend.create = async (name, data) => {
        await create.call(backend, name, data)
        if (isDone || !name.startsWith(`${folder}/`)) return
        isDone = true
        await act()
      }
      return backend
    }

  it.each(['suspect', 'index', 'condemned'])(
    'may back up after %s was written',
    async (folder) => {
      for (const pack of packs) {
        await damaged.reset()
        await flipByte(pack, 200)
        const cache = join(scene.folder, 'cache-of-another')
        const wrap = onceAfter(folder, () => backUp(scene, { cache }, 'another'))
        await using opened = await scene.open({ wrap })
        await repairPacks(opened, { readData: true })
        await healed()
      }
    },
    60_000,
  )

  it('may lose packs that the repair counted on to a collector: it copies again', async () => {
    const [pack] = packs
    await using first = await scene.open()
    await rename(pack!, `${pack}-away`)
    await backUp(scene)
    const copies = (await scene.objects('packs')).filter(
      (path) => !packs.includes(path) && !path.endsWith('-away'),
    )
    await rename(`${pack}-away`, pack!)
    await repairIndex(first)
    await flipByte(pack!, (await scene.sizeOf(pack!)) - 10)
    const wrap = onceAfter('condemned', async () => {
      for (const copy of copies) await rm(copy)
    })
    await using opened = await scene.open({ wrap })
    const { newPacks } = await repairPacks(opened)
    expect(newPacks.length).toBeGreaterThan(0)
    await expectSound(scene)
  })
})
