import { randomBytes } from 'node:crypto'
import { rm, stat, truncate } from 'node:fs/promises'
import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Backend } from '../../../dist/backend/backend.js'
import { sealCondemned } from '../../../dist/format/condemned.js'
import { ChunkKind, type PackId } from '../../../dist/format/ids.js'
import { type CondemnedId, condemnedName } from '../../../dist/format/names.js'
import { readDirectory } from '../../../dist/repository/read-directory.js'
import type { Store } from '../../../dist/repository/store.js'
import { writeSuspect } from '../../../dist/repository/suspect-store.js'
import { Scene } from './scene.js'

const MiB = 2 ** 20

const fill = async (scene: Scene): Promise<void> => {
  for (let n = 0; n < 100; n++) await scene.write(`d${n % 7}/f${n}`, randomBytes(3000))
  await scene.write('large', randomBytes(10 * MiB))
}

const packIds = async (scene: Scene): Promise<PackId[]> =>
  (await scene.objects('packs')).map((path) => basename(path) as PackId)

const packsOfKind = async (scene: Scene, kind: ChunkKind): Promise<PackId[]> => {
  await using store = await scene.open()
  const found: PackId[] = []
  for (const id of await packIds(scene))
    if ((await readDirectory(store.backend, store.seals, id)).directory.kind === kind) found.push(id)
  return found
}

const removePack = async (scene: Scene, id: PackId): Promise<void> => {
  for (const path of await scene.objects('packs')) if (basename(path) === id) await rm(path)
}

const condemn = async (store: Store, packs: readonly PackId[]): Promise<void> => {
  const id = randomBytes(16).toString('hex') as CondemnedId
  const record = { id, packs, time: { seconds: 1, nanoseconds: 0 }, extensions: [] }
  await store.backend.create(condemnedName(id), sealCondemned(store.seals, record))
}

/** Calls `act` once, when `subject` is written for the first time: before, or after it is there. */
const onceAt = (when: 'before' | 'after', folder: string, act: (backend: Backend) => Promise<void>) => {
  let isDone = false
  return (backend: Backend): Backend => {
    const { create } = backend
    backend.create = async (name, data) => {
      const isIt = !isDone && name.startsWith(`${folder}/`)
      if (isIt) isDone = true
      if (isIt && when === 'before') await act(backend)
      await create.call(backend, name, data)
      if (isIt && when === 'after') await act(backend)
    }
    return backend
  }
}

const removeListed = async (backend: Backend, folder: string): Promise<void> => {
  for await (const { name } of backend.list(folder)) await backend.remove(name)
}

describe('what was lost since the last backup', () => {
  it.each([
    ['data', ChunkKind.data],
    ['tree', ChunkKind.tree],
  ])('a deleted pack of kind %s: its content is stored again, and the snapshot is whole', async (_, kind) => {
    await using scene = await Scene.make()
    await fill(scene)
    await scene.backup()
    for (const id of await packsOfKind(scene, kind)) await removePack(scene, id)
    const report = await scene.backup()
    expect(report.problems).toEqual([])
    await scene.expectWhole(report.snapshotId)
    expect(await scene.backup()).toMatchObject({ filesUnmodified: 101, dataBlobs: 0 })
  })

  it('a pack that was cut short', async () => {
    await using scene = await Scene.make()
    await fill(scene)
    await scene.backup()
    for (const path of await scene.objects('packs')) await truncate(path, (await stat(path)).size - 1)
    const report = await scene.backup()
    await scene.expectWhole(report.snapshotId)
  })

  it('a condemned pack: nothing relies on it any more, reused subtrees neither', async () => {
    await using scene = await Scene.make()
    await fill(scene)
    await scene.backup()
    await using store = await scene.open()
    const condemned = await packIds(scene)
    await condemn(store, condemned)
    const report = await scene.backup()
    for (const id of condemned) await removePack(scene, id)
    await scene.expectWhole(report.snapshotId)
  })

  it('one condemned pack of several: only what was in it is stored again', async () => {
    await using scene = await Scene.make()
    await fill(scene)
    await scene.backup()
    await scene.write('second/large', randomBytes(8 * MiB))
    await scene.backup()
    const [small] = (
      await Promise.all(
        (await scene.objects('packs')).map(async (path) => ({ path, size: (await stat(path)).size })),
      )
    )
      .filter(({ size }) => size > 7 * MiB)
      .sort((a, b) => a.size - b.size)
    await using store = await scene.open()
    await condemn(store, [basename(small!.path) as PackId])
    const report = await scene.backup()
    expect(report).toMatchObject({ filesUnmodified: 101, filesChanged: 1 })
    expect(report.dataAddedBytes).toBeLessThan(8.5 * MiB)
    await rm(small!.path)
    await scene.expectWhole(report.snapshotId)
  })

  it('a suspect pack: what is in it is stored again', async () => {
    await using scene = await Scene.make()
    await fill(scene)
    await scene.backup()
    const suspects = await packIds(scene)
    await using store = await scene.open()
    for (const pack of suspects) await writeSuspect(store, { pack, blocks: null, reason: 'test' })
    expect(await scene.objects('suspect')).toHaveLength(suspects.length)
    const report = await scene.backup()
    expect(report.dataAddedBytes).toBeGreaterThan(10 * MiB)
    for (const id of suspects) await removePack(scene, id)
    await scene.expectWhole(report.snapshotId)
  })
})

describe('what is lost while the backup runs', () => {
  it('between publishing and the look at the packs is found and stored again', async () => {
    await using scene = await Scene.make()
    await fill(scene)
    const problems: unknown[] = []
    const wrap = onceAt('after', 'pending', (backend) => removeListed(backend, 'packs'))
    const paths = [scene.source, scene.path('gone')]
    const report = await scene.backup({ paths, onProblem: (problem) => problems.push(problem) }, { wrap })
    // The second pass counts nothing twice and says nothing twice.
    expect(report).toMatchObject({ filesNew: 101, filesChanged: 0, filesUnmodified: 0 })
    expect(problems).toHaveLength(1)
    expect(report.problems).toHaveLength(1)
    await scene.expectWhole(report.snapshotId)
    expect(await scene.objects('snapshots')).toHaveLength(1)
    expect(await scene.objects('pending')).toEqual([])
  })

  it('is found in reused subtrees, too, although nothing was walked or changed there', async () => {
    await using scene = await Scene.make()
    await fill(scene)
    await scene.backup()
    const old = await packIds(scene)
    const wrap = onceAt('after', 'pending', async () => {
      for (const id of old) await removePack(scene, id)
    })
    const report = await scene.backup({}, { wrap })
    expect(report).toMatchObject({ filesUnmodified: 101, problems: [] })
    await scene.expectWhole(report.snapshotId)
  })

  it('of a pack that is cut short before the look is found by its size, and stored again', async () => {
    await using scene = await Scene.make()
    await fill(scene)
    await scene.backup()
    await scene.write('new', 'new')
    const wrap = onceAt('after', 'pending', async () => {
      for (const path of await scene.objects('packs')) await truncate(path, (await stat(path)).size - 1)
    })
    const report = await scene.backup({}, { wrap })
    await scene.expectWhole(report.snapshotId)
  })

  it('by condemnation before the look is stored again elsewhere', async () => {
    await using scene = await Scene.make()
    await fill(scene)
    await scene.backup()
    await scene.write('new', 'new')
    const old = await packIds(scene)
    await using store = await scene.open()
    const wrap = onceAt('before', 'pending', () => condemn(store, old))
    const report = await scene.backup({}, { wrap })
    for (const id of old) await removePack(scene, id)
    await scene.expectWhole(report.snapshotId)
  })

  it('of one pack of many costs only what was in it: files stored a moment ago are not read again', async () => {
    await using scene = await Scene.make()
    await fill(scene)
    // The packs of a first checkpoint are lost behind the last one.
    let first: PackId[] = []
    const opened: string[] = []
    const keepFirst = onceAt('after', 'index', async () => {
      first = await packIds(scene)
    })
    let isLost = false
    const wrap = (backend: Backend): Backend => {
      const kept = keepFirst(backend)
      const { create } = kept
      kept.create = async (name, data) => {
        await create.call(kept, name, data)
        if (!name.startsWith('pending/') || isLost) return
        isLost = true
        for (const id of first.slice(0, 1)) await removePack(scene, id)
      }
      return kept
    }
    const report = await scene.backup({ onEntry: ({ path }) => opened.push(path) }, { wrap })
    expect(isLost).toBe(true)
    expect(opened).toHaveLength(101)
    await scene.expectWhole(report.snapshotId)
  })

  it('of a stream is copied from where it can still be had, and is an error where it cannot', async () => {
    const content = randomBytes(9 * MiB)
    const stream = async function* () {
      for (let at = 0; at < content.length; at += 100_000) yield content.subarray(at, at + 100_000)
    }
    await using scene = await Scene.make()
    const stdin = () => ({ stream: stream(), filename: 'file' })
    await using store = await scene.open()
    const condemning = onceAt('after', 'pending', async () => condemn(store, await packIds(scene)))
    const report = await scene.backup({ paths: [], stdin: stdin() }, { wrap: condemning })
    expect((await scene.read(report.snapshotId)).get('file')!.content!.equals(content)).toBe(true)
    const removing = onceAt('after', 'pending', (backend) => removeListed(backend, 'packs'))
    await using other = await Scene.make()
    await expect(other.backup({ paths: [], stdin: stdin() }, { wrap: removing })).rejects.toMatchObject({
      code: 'missing',
    })
    expect(await other.objects('snapshots')).toEqual([])
  })

  it('a pending record, revoked before the snapshot is acknowledged: the snapshot is taken back and made again', async () => {
    await using scene = await Scene.make()
    await fill(scene)
    const made: string[] = []
    const wrap = (backend: Backend): Backend => {
      const { create } = backend
      backend.create = async (name, data) => {
        await create.call(backend, name, data)
        if (!name.startsWith('snapshots/')) return
        made.push(name)
        if (made.length < 3) await removeListed(backend, 'pending')
      }
      return backend
    }
    let read = 0
    const report = await scene.backup({ onEntry: () => read++ }, { wrap })
    expect(new Set(made).size).toBe(3)
    expect(read).toBe(101)
    expect((await scene.snapshots()).map(({ id }) => id)).toEqual([report.snapshotId])
    await scene.expectWhole(report.snapshotId)
  })

  it('for ever ends with an error, and without a snapshot', async () => {
    await using scene = await Scene.make()
    await scene.write('a', 'a')
    const wrap = (backend: Backend): Backend => {
      const { create } = backend
      backend.create = async (name, data) => {
        await create.call(backend, name, data)
        if (name.startsWith('snapshots/')) await removeListed(backend, 'pending')
      }
      return backend
    }
    await expect(scene.backup({}, { wrap })).rejects.toMatchObject({ code: 'backend' })
    expect(await scene.objects('snapshots')).toEqual([])
  })
})
