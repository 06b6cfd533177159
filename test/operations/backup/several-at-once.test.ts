import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { recallCoverage } from '../../../dist/repository/coverage.js'
import { compareSnapshots } from '../../../dist/repository/snapshot-order.js'
import { readSnapshots } from '../../../dist/repository/snapshot-store.js'
import { runBackup } from './run-process.js'
import { readTree, Scene } from './scene.js'

const fill = async (scene: Scene, folder: string, files = 200): Promise<void> => {
  for (let n = 0; n < files; n++) await scene.write(`${folder}/d${n % 7}/f${n}`, randomBytes(100 * (n % 300)))
}

/** Whether this machine knows which packs cover the newest snapshot. */
const remembersNewestRoot = async (store: Awaited<ReturnType<Scene['open']>>): Promise<boolean> => {
  const { snapshots } = await readSnapshots(store.backend, store.seals)
  const newest = [...snapshots].sort(compareSnapshots).at(-1)!
  return recallCoverage(store, newest.root) !== undefined
}

describe('two backups at once into one repository', () => {
  it('both end well, of different sources and of the same', async () => {
    await using scene = await Scene.make()
    await fill(scene, 'left')
    await fill(scene, 'right')
    const { repository, cache } = scene
    const task = { repository, cache, checkpointMs: 20 }
    const runs = await Promise.all([
      runBackup({ ...task, paths: [scene.path('left')] }),
      runBackup({ ...task, paths: [scene.path('right')] }),
      runBackup({ ...task, paths: [scene.source], cache: `${cache}-2` }),
      runBackup({ ...task, paths: [scene.source], cache: `${cache}-2` }),
    ])
    for (const { error, stderr } of runs) expect({ error, stderr }).toEqual({ error: undefined, stderr: '' })
    for (const { report } of runs) expect(await scene.read(report!.snapshotId)).toBeDefined()
    await scene.expectWhole(runs[2]!.report!.snapshotId)
    await scene.expectWhole(runs[3]!.report!.snapshotId)
    const again = await scene.backup()
    expect(again).toMatchObject({ filesUnmodified: 400, dataBlobs: 0 })
    expect(await scene.objects('pending')).toEqual([])
  }, 120_000)

  it('also within one process, and on one opened repository', async () => {
    await using scene = await Scene.make()
    await fill(scene, 'left')
    await fill(scene, 'right')
    const { backup } = await import('../../../dist/operations/backup/backup.js')
    const store = await scene.open()
    const reports = await Promise.all(
      ['left', 'right', 'left'].map((name) => backup(store, { paths: [scene.path(name)], host: 'host' })),
    )
    await store[Symbol.asyncDispose]()
    for (const { snapshotId } of reports) expect((await scene.read(snapshotId)).size).toBeGreaterThan(200)
    const others = await Promise.all([scene.backup(), scene.backup({}, { cache: `${scene.cache}-2` })])
    for (const { snapshotId } of others) await scene.expectWhole(snapshotId)
  })
})

describe('the cache', () => {
  it('is shared with another process that has it open: both remember, and nothing is stored twice', async () => {
    await using scene = await Scene.make()
    await fill(scene, 'd')
    await scene.backup()
    await using holder = await scene.open()
    const { repository, cache, source } = scene
    const { report } = await runBackup({ repository, cache, paths: [source] })
    expect(report).toMatchObject({ filesUnmodified: 200, dataBlobs: 0 })
    expect(await remembersNewestRoot(holder)).toBe(true)
    await scene.expectWhole(report!.snapshotId)
  })

  it('may be deleted between two runs', async () => {
    await using scene = await Scene.make()
    await fill(scene, 'd')
    await scene.backup()
    await rm(scene.cache, { recursive: true })
    const report = await scene.backup()
    expect(report).toMatchObject({ filesUnmodified: 200, dataBlobs: 0 })
    await scene.expectWhole(report.snapshotId)
  })

  it('may be older than the repository', async () => {
    await using scene = await Scene.make()
    await fill(scene, 'd')
    await scene.backup()
    await scene.copy(scene.cache, `${scene.cache}-old`)
    await fill(scene, 'e')
    await scene.backup()
    await scene.copy(`${scene.cache}-old`, scene.cache)
    const report = await scene.backup()
    expect(report).toMatchObject({ filesUnmodified: 400, dataBlobs: 0 })
    await scene.expectWhole(report.snapshotId)
  })

  it('may be newer than the repository: what that has no longer is stored again', async () => {
    await using scene = await Scene.make()
    await fill(scene, 'd')
    await scene.backup()
    await scene.copy(scene.repository, `${scene.repository}-old`)
    await fill(scene, 'e')
    await scene.backup()
    await scene.copy(`${scene.repository}-old`, scene.repository)
    const report = await scene.backup()
    expect(report).toMatchObject({ filesUnmodified: 200, filesNew: 200 })
    await scene.expectWhole(report.snapshotId)
  })

  it('that took packs for gone notices that they came back', async () => {
    await using scene = await Scene.make()
    await fill(scene, 'd')
    const first = await scene.backup()
    await scene.copy(join(scene.repository, 'packs'), `${scene.repository}-packs`)
    for (const path of await scene.objects('packs')) await rm(path)
    await scene.write('new', 'new')
    await scene.backup({ paths: [scene.path('new')] })
    await scene.copy(`${scene.repository}-packs`, join(scene.repository, 'packs'))
    // Reading with that cache, and a backup with it.
    await using store = await scene.open()
    await store.index.refresh()
    expect((await readTree(store, (await scene.snapshot(first.snapshotId)).root)).size).toBeGreaterThan(200)
    const report = await scene.backup({ force: true, exclude: ['new'] })
    expect(report.dataBlobs).toBe(0)
    expect((await scene.paths(report.snapshotId)).filter((path) => path.startsWith('d'))).toHaveLength(208)
  })

  it('may be damaged in any file: it is noticed, built anew, and costs only time', async () => {
    await using scene = await Scene.make()
    await fill(scene, 'd')
    await scene.backup()
    await scene.write('more', 'more')
    await scene.backup()
    await scene.copy(scene.cache, `${scene.cache}-good`)
    const files = (await scene.objects('.', scene.cache)).filter((path) => !path.endsWith('LOCK'))
    expect(files.length).toBeGreaterThan(4)
    const flipped = (bytes: Buffer, at: number): Buffer => {
      const damaged = Buffer.from(bytes)
      if (bytes.length > 0) damaged[at]! ^= 0x41
      return damaged
    }
    for (const path of files) {
      const bytes = await readFile(path)
      const half = bytes.length >>> 1
      for (const version of [flipped(bytes, 0), flipped(bytes, half), bytes.subarray(0, half), undefined]) {
        if (version === undefined) await rm(path)
        else await writeFile(path, version)
        const what = `${path}, ${version === undefined ? 'gone' : `${version.length} bytes`}`
        expect(await scene.backup(), what).toMatchObject({ filesUnmodified: 201, filesNew: 0, dataBlobs: 0 })
        await scene.copy(`${scene.cache}-good`, scene.cache)
      }
    }
    // All of them at once, and then its memory works again.
    for (const path of files) {
      if (!existsSync(path)) continue
      const bytes = await readFile(path)
      for (let at = 0; at < bytes.length; at += 50) bytes[at]! ^= 0xff
      await writeFile(path, bytes)
    }
    await scene.backup()
    const report = await scene.backup()
    expect(report).toMatchObject({ filesUnmodified: 201, dataBlobs: 0 })
    await using store = await scene.open()
    expect(await remembersNewestRoot(store)).toBe(true)
    await scene.expectWhole(report.snapshotId)
  }, 300_000)
})
