import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Backend } from '../../../dist/backend/backend.js'
import { seededFaults } from '../../../dist/backend/fault-plan.js'
import { FaultyBackend } from '../../../dist/backend/faulty-backend.js'
import { backup } from '../../../dist/operations/backup/backup.js'
import type { Progress } from '../../../dist/progress.js'
import { runBackup } from './run-process.js'
import { Scene } from './scene.js'

const MiB = 2 ** 20
const isRoot = process.getuid?.() === 0

const fill = async (scene: Scene, largeBytes = 10 * MiB): Promise<void> => {
  for (let n = 0; n < 100; n++) await scene.write(`d${n % 7}/f${n}`, randomBytes(3000))
  await scene.write('large', randomBytes(largeBytes))
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()

/** A scene whose repository lies on a file system of its own, of `size`; undefined where nothing may be mounted. */
const onSmallDisk = async (size: string): Promise<{ scene: Scene; disk: string } | undefined> => {
  const folder = await mkdtemp(join(tmpdir(), 'varve-disk-'))
  const disk = join(folder, 'repository')
  await mkdir(disk)
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', disk]).status !== 0) {
    await rm(folder, { recursive: true })
    return undefined
  }
  return { scene: await Scene.make(folder), disk }
}

describe.skipIf(!isRoot)('a full disk', () => {
  it('is an error that says so; the repository stays whole, and works once there is room', async (test) => {
    const made = await onSmallDisk('6m')
    if (made === undefined) return test.skip('may not mount')
    const { scene, disk } = made
    await using _ = scene
    try {
      await scene.write('first', 'first')
      const first = await scene.backup()
      await fill(scene)
      for (let attempt = 0; attempt < 2; attempt++) {
        await expect(scene.backup()).rejects.toMatchObject({ code: 'no-space' })
        expect(await scene.objects('snapshots')).toHaveLength(1)
        expect((await scene.read(first.snapshotId)).size).toBeGreaterThan(0)
        // Nothing half-written is left in the way.
        expect(filesBelow(disk).filter((path) => /\/\.[^/]*$/.test(path))).toEqual([])
      }
      const { error } = await runBackup({ repository: disk, cache: scene.cache, paths: [scene.source] })
      expect(error).toMatchObject({ code: 'no-space' })
      spawnSync('mount', ['-o', 'remount,size=64m', disk])
      await scene.expectWhole((await scene.backup()).snapshotId)
    } finally {
      spawnSync('umount', ['-l', disk])
    }
  })

  it('of the cache costs only memory of it: the backup goes on', async (test) => {
    await using scene = await Scene.make()
    await fill(scene)
    await mkdir(scene.cache)
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'none', scene.cache]).status !== 0)
      return test.skip('may not mount')
    try {
      const report = await scene.backup()
      await scene.expectWhole(report.snapshotId)
      await scene.expectWhole((await scene.backup()).snapshotId)
    } finally {
      spawnSync('umount', ['-l', scene.cache])
    }
  })
})

describe.skipIf(!isRoot)('a read-only repository', () => {
  it('can be read, and a backup says that it is read-only', async (test) => {
    const made = await onSmallDisk('64m')
    if (made === undefined) return test.skip('may not mount')
    const { scene, disk } = made
    await using _ = scene
    try {
      await fill(scene)
      const first = await scene.backup()
      spawnSync('mount', ['-o', 'remount,ro', disk])
      await scene.expectWhole(first.snapshotId)
      await scene.write('new', 'new')
      await expect(scene.backup()).rejects.toMatchObject({ code: 'read-only' })
      expect(await scene.backup({ dryRun: true })).toMatchObject({ filesNew: 1, filesUnmodified: 101 })
    } finally {
      spawnSync('umount', ['-l', disk])
    }
  })
})

describe('a storage that fails', () => {
  it('at any call ends the backup with its error, leaves no false snapshot, and the next run ends well', async () => {
    await using scene = await Scene.make()
    await fill(scene)
    let failures = 0
    for (let seed = 1; seed <= 25; seed++) {
      const plan = seededFaults(seed, { fail: 0.02, loseReply: 0.02, delay: 0.2 })
      const wrap = (backend: Backend): Backend => new FaultyBackend(backend, plan)
      await scene.write('changing', randomBytes(1000 * seed))
      try {
        await scene.expectWhole((await scene.backup({ checkpointMs: 5 }, { wrap })).snapshotId)
      } catch (error) {
        failures++
        expect(error, `seed ${seed}`).toMatchObject({ name: expect.stringMatching(/Error/), code: 'backend' })
      }
    }
    expect(failures).toBeGreaterThan(3)
    const report = await scene.backup()
    await scene.expectWhole(report.snapshotId)
    for (const { id } of await scene.snapshots()) expect((await scene.read(id)).size).toBeGreaterThan(100)
  }, 120_000)
})

describe('a worker that dies', () => {
  const withBadWorkers = async (
    change: (store: Awaited<ReturnType<Scene['open']>>) => void,
  ): Promise<unknown> => {
    await using scene = await Scene.make()
    await fill(scene)
    const store = await scene.open()
    change(store)
    try {
      return await backup(store, { paths: [scene.source], host: 'host' }).catch((error: unknown) => error)
    } finally {
      await store[Symbol.asyncDispose]()
      expect(await scene.objects('snapshots')).toEqual([])
      expect(filesBelow(scene.repository).filter((path) => path.includes('/packs/'))).toEqual([])
    }
  }

  it('before its first job ends the backup with its error', async () => {
    const error = await withBadWorkers((store) => {
      Object.assign(store.keys.keyring, { chunkerKey: Buffer.alloc(3) })
    })
    expect(error).toBeInstanceOf(Error)
    expect(String(error)).toContain('32')
  })

  it('in the middle ends the backup with its error', async () => {
    // A backend that names the same file twice: the second pack finds its staging file gone.
    const error = await withBadWorkers((store) => {
      const { openStaging } = store.backend
      store.backend.openStaging = async (folder) => {
        const path = await openStaging.call(store.backend, folder)
        await rm(path)
        return path
      }
    })
    expect(error).toMatchObject({ code: 'backend' })
  })
})

describe('a process', () => {
  it('ends at once after an error, with nothing left open and nothing said on stderr', async () => {
    await using scene = await Scene.make()
    await fill(scene, 30 * MiB)
    const task = { repository: scene.repository, cache: scene.cache, paths: [scene.source] }
    for (const wrong of [
      { ...task, parent: 'ffffff' },
      { ...task, gentleAfter: 1 },
      { ...task, paths: [scene.path('gone')] },
    ]) {
      const { error, exitCode, signal, stderr } = await runBackup(wrong)
      expect(error).toBeDefined()
      expect({ exitCode, signal, stderr }).toEqual({ exitCode: 1, signal: null, stderr: '' })
    }
    const { exitCode, stderr } = await runBackup(task)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(filesBelow(join(scene.repository, 'packs')).filter((path) => /\/\.[^/]*$/.test(path))).toEqual([])
  })

  it('keeps no file open behind a backup', async (test) => {
    if (!existsSync('/proc/self/fd')) return test.skip()
    await using scene = await Scene.make()
    await fill(scene)
    await scene.backup()
    const before = readdirSync('/proc/self/fd').length
    for (let round = 0; round < 5; round++) {
      await scene.backup({ force: true })
      await scene.backup({ signal: AbortSignal.abort() }).catch(() => {})
      const wrap = (backend: Backend): Backend =>
        new FaultyBackend(backend, ({ operation }) =>
          operation === 'publishStaged' ? { kind: 'fail' } : undefined,
        )
      await scene.write('new', randomBytes(1000))
      await scene.backup({}, { wrap }).catch(() => {})
    }
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before + 2)
  })
})

describe('progress', () => {
  it('only grows, also where files are read twice, and ends at what was processed', async () => {
    await using scene = await Scene.make()
    await fill(scene, 40 * MiB)
    await scene.write('z-large', randomBytes(20 * MiB))
    for (let n = 0; n < 400; n++) await scene.write(`m/f${n}`, randomBytes(20))
    const told: Progress[] = []
    const report = await scene.backup({
      onProgress: ({ phase, filesDone, bytesDone }) => told.push({ phase, filesDone, bytesDone }),
    })
    expect(told.length).toBeGreaterThan(5)
    told.slice(1).forEach((progress, at) => {
      expect(progress.bytesDone).toBeGreaterThanOrEqual(told[at]!.bytesDone)
      expect(progress.filesDone).toBeGreaterThanOrEqual(told[at]!.filesDone)
    })
    expect(told.at(-1)!.bytesDone).toBeLessThanOrEqual(report.totalBytesProcessed)
  })
})
