import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { setTimeout as after } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { readPendings } from '../../../dist/repository/snapshot-store.js'
import { runBackup, startBackup } from './run-process.js'
import { readTree, Scene } from './scene.js'

const kills = Number(process.env.VARVE_TEST_KILLS ?? 20)
const MiB = 2 ** 20

/** Some 24 MiB in files of all sizes. */
const fill = async (scene: Scene): Promise<number> => {
  let total = 0
  for (let n = 0; n < 400; n++) {
    const content = randomBytes(n % 40 === 0 ? 300_000 : 100 * (n % 200))
    total += content.length
    await scene.write(`d${n % 13}/f${n}`, content)
  }
  for (const name of ['a-large', 'd5/large', 'z/large']) {
    await scene.write(name, randomBytes(9 * MiB))
    total += 9 * MiB
  }
  return total
}

const taskOf = ({ repository, cache, source }: Scene) => ({
  repository,
  cache,
  paths: [source],
  checkpointMs: 30,
})

/** Everything that the repository promises at this moment can be read whole. */
const expectSound = async (scene: Scene): Promise<void> => {
  for (const { id } of await scene.snapshots()) await scene.expectWhole(id)
  await using store = await scene.open({ cache: `${scene.cache}-check` })
  await store.index.refresh()
  for (const { roots } of await readPendings(store.backend, store.seals))
    for (const root of roots) await readTree(store, root)
}

describe('a backup that is killed', () => {
  it('leaves a repository whose snapshots are whole (I-18), and is finished by the next run without storing anything twice', {
    timeout: 60_000 + kills * 15_000,
  }, async () => {
    await using scene = await Scene.make()
    const total = await fill(scene)
    for (let kill = 0; kill < kills; kill++) {
      // From the first turn of the event loop to well behind the end of a whole run.
      const { child, end, opened } = startBackup(taskOf(scene))
      await opened
      await after(Math.random() * 1200)
      child.kill('SIGKILL')
      const { error, stderr } = await end
      expect({ error, stderr }).toEqual({ error: undefined, stderr: '' })
      if (kill % 5 === 4) await expectSound(scene)
    }
    const { report, error } = await runBackup(taskOf(scene))
    expect(error).toBeUndefined()
    await expectSound(scene)
    await scene.expectWhole(report!.snapshotId)
    expect(await scene.objects('pending')).toEqual([])
    // What was in unfinished packs at each kill was stored again: at most what the threads had at hand, never all.
    expect(await scene.storedBytes()).toBeLessThan(3 * total)
  })

  it('is gone on with: what a checkpoint covered is neither opened nor stored again', {
    timeout: 120_000,
  }, async () => {
    await using scene = await Scene.make()
    await fill(scene)
    const task = taskOf(scene)
    const stopped = await runBackup({ ...task, gentleAfter: 200 })
    expect(stopped.error).toMatchObject({ code: 'interrupted' })
    expect(stopped.exitCode).toBe(1)
    expect(await scene.objects('snapshots')).toEqual([])
    expect((await scene.objects('pending')).length).toBeGreaterThan(0)
    await expectSound(scene)
    const stored = await scene.storedBytes()
    const { report } = await runBackup({ ...task, aheadMs: 120_000 })
    expect(report!.filesUnmodified).toBeGreaterThanOrEqual(200)
    expect(report!.filesNew).toBe(403 - report!.filesUnmodified)
    await scene.expectWhole(report!.snapshotId)
    expect(await scene.objects('pending')).toEqual([])
    expect(stored).toBeGreaterThan(0)
    // Another repository of the same source tells what is needed at least.
    await using once = await Scene.make()
    await once.backup({ paths: [scene.source] })
    expect(await scene.storedBytes()).toBeLessThan(1.02 * (await once.storedBytes()))
  })

  it('many times keeps the parent snapshot as well: what that has is not read again', async () => {
    await using scene = await Scene.make()
    await fill(scene)
    const task = taskOf(scene)
    const first = await runBackup(task)
    expect(first.error).toBeUndefined()
    await scene.write('d0/new-one', 'new')
    await scene.write('d9/new-two', 'new')
    for (let run = 0; run < 10; run++)
      expect((await runBackup({ ...task, gentleAfter: 1 + run })).error).toMatchObject({
        code: 'interrupted',
      })
    const { report } = await runBackup(task)
    expect(report).toMatchObject({ parentId: first.report!.snapshotId, filesChanged: 0 })
    expect(report!.filesNew).toBeLessThanOrEqual(2)
    expect(report!.filesUnmodified).toBeGreaterThanOrEqual(403)
    expect(await scene.objects('pending')).toEqual([])
    await scene.expectWhole(report!.snapshotId)
  }, 120_000)

  it('leaves the other sources alone', async () => {
    await using scene = await Scene.make()
    await fill(scene)
    const task = taskOf(scene)
    await runBackup({ ...task, gentleAfter: 100 })
    const pending = await scene.objects('pending')
    await runBackup({ ...task, paths: [scene.path('d1')] })
    await runBackup({ ...task, host: 'another' })
    expect(await scene.objects('pending')).toEqual(pending)
  })

  it('by its signal writes no record, and what was stored stays usable', async () => {
    await using scene = await Scene.make()
    await fill(scene)
    const stop = new AbortController()
    let entries = 0
    const onEntry = () => {
      if (++entries === 100) stop.abort()
    }
    await expect(scene.backup({ signal: stop.signal, onEntry })).rejects.toMatchObject({
      code: 'interrupted',
    })
    expect(await scene.objects('snapshots')).toEqual([])
    await rm(scene.path('z'), { recursive: true })
    await scene.expectWhole((await scene.backup()).snapshotId)
    await expect(scene.backup({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'interrupted' })
  })
})
