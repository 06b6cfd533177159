import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { link, rm, symlink, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import type { BackupOptions, BackupReport } from '../../../dist/operations/backup/backup-options.js'
import { laterClock, type OpenScene, Scene } from './scene.js'

const MiB = 2 ** 20

/** All that a report says but what the clock and the snapshot's id put into it. */
const toldBy = (report: BackupReport): Partial<BackupReport> => {
  const { snapshotId: _, startTime: _1, durationMs: _2, stages: _3, threads: _4, ...told } = report
  return told
}

/** A thread of its own alone decides which chunks share a block, so that the compressed size is the same too. */
const oneThread: OpenScene = { workers: 1 }

const startedIn = process.cwd()
afterEach(() => process.chdir(startedIn))

/** A dry run, and then the same in earnest; of `.`, since what lies above the source changes by itself. */
const bothOf = async (
  scene: Scene,
  options: () => Partial<BackupOptions> = () => ({}),
  opening: OpenScene = oneThread,
): Promise<{ dry: Partial<BackupReport>; real: Partial<BackupReport> }> => {
  process.chdir(scene.source)
  const dry = await scene.backup({ paths: ['.'], ...options(), dryRun: true }, opening)
  expect(dry.snapshotId).toBeUndefined()
  const real = await scene.backup({ paths: ['.'], ...options() }, opening)
  expect(real.snapshotId).toBeDefined()
  return { dry: toldBy(dry), real: toldBy(real) }
}

const listing = (folder: string): string =>
  execFileSync('find', [folder, '-printf', '%p %s %T@ %i\n']).toString()

/** Files of many sizes, some of them twice, with holes, and with what is no file between them. */
const fill = async (scene: Scene): Promise<void> => {
  for (let file = 0; file < 200; file++)
    await scene.write(
      `d${file % 5}/f${file}`,
      file % 7 === 0 ? 'the same in many' : `content ${file} `.repeat(file),
    )
  const large = randomBytes(9 * MiB)
  await scene.write('large', Buffer.concat([large, Buffer.alloc(3 * MiB)]))
  await scene.write('medium', large.subarray(0, 2 * MiB))
  await scene.write('medium again', large.subarray(0, 2 * MiB))
  await scene.write('empty', '')
  await truncate(await scene.write('sparse', 'begin'), 30 * MiB)
  await symlink('large', scene.path('link'))
  await link(scene.path('medium'), scene.path('medium linked'))
}

describe('A dry run of a backup', () => {
  it('tells of a first backup what it would add, to the byte', async () => {
    await using scene = await Scene.make()
    await fill(scene)
    const { dry, real } = await bothOf(scene)
    expect(dry).toEqual(real)
    expect(real.filesNew).toBe(206)
    expect(real.dataAddedBytes).toBeGreaterThan(9 * MiB)
    expect(real.dataAddedBytes).toBeLessThan(11 * MiB)
    expect(real.dataAddedPackedBytes).toBeGreaterThan(9 * MiB)
  })

  it('tells the same of a backup after changes, and of one without', async () => {
    await using scene = await Scene.make()
    await fill(scene)
    await bothOf(scene)
    const unchanged = await bothOf(scene)
    expect(unchanged.dry).toEqual(unchanged.real)
    expect(unchanged.real).toMatchObject({ filesUnmodified: 206, dataBlobs: 0 })
    await scene.write('d1/f1', 'other content')
    await scene.write('d3/new', randomBytes(100_000))
    await scene.write('d3/new too', 'the same in many')
    await rm(scene.path('d4'), { recursive: true })
    const { dry, real } = await bothOf(scene)
    expect(dry).toEqual(real)
    expect(real).toMatchObject({ filesNew: 2, filesChanged: 1 })
  })

  it('tells the same of a stream', async () => {
    await using scene = await Scene.make()
    const content = randomBytes(9 * MiB)
    await scene.write('part', content.subarray(0, 4 * MiB))
    await scene.backup()
    const now = laterClock()
    const stream = () => Readable.from([content, Buffer.alloc(9 * MiB), content])
    const { dry, real } = await bothOf(
      scene,
      () => ({ paths: [], stdin: { stream: stream(), filename: 'file' } }),
      {
        ...oneThread,
        now: () => now,
      },
    )
    expect(dry).toEqual(real)
    expect(real).toMatchObject({ filesNew: 1, totalBytesProcessed: 27 * MiB })
    expect(real.dataAddedBytes).toBeLessThan(15 * MiB)
  })

  it('with several threads counts no chunk twice either', async () => {
    await using scene = await Scene.make()
    await fill(scene)
    const { dry, real } = await bothOf(scene, undefined, { workers: 4 })
    const { dataAddedPackedBytes: dryPacked, ...dryRest } = dry
    const { dataAddedPackedBytes: realPacked, ...realRest } = real
    expect(dryRest).toEqual(realRest)
    expect(Math.abs(dryPacked! / realPacked! - 1)).toBeLessThan(0.01)
  })

  it('tells the same where checkpoints come between', async () => {
    await using scene = await Scene.make()
    await fill(scene)
    let nowNs = laterClock()
    const now = (): bigint => {
      nowNs += 1n
      return nowNs
    }
    const { dry, real } = await bothOf(scene, () => ({ checkpointMs: 0 }), { workers: 1, now })
    expect({ ...dry, dataAddedPackedBytes: 0 }).toEqual({ ...real, dataAddedPackedBytes: 0 })
  })

  it('knows packs that no index file names, as a killed backup leaves them', async () => {
    await using scene = await Scene.make()
    await fill(scene)
    await scene.backup()
    for (const folder of ['index', 'snapshots', 'pending'])
      for (const path of await scene.objects(folder)) await rm(path)
    await rm(scene.cache, { recursive: true })
    await scene.write('new', 'new')
    const { dry, real } = await bothOf(scene)
    expect(dry).toEqual(real)
    expect(real).toMatchObject({ filesNew: 207, dataBlobs: 1 })
  })

  it('writes nothing into the repository, and changes nothing in the cache', async () => {
    await using scene = await Scene.make()
    await fill(scene)
    const empty = listing(scene.repository)
    const first = await scene.backup({ dryRun: true })
    expect(first.snapshotId).toBeUndefined()
    expect(listing(scene.repository)).toBe(empty)
    await scene.backup()
    await scene.write('d1/f1', 'other content')
    const [repository, cache] = [listing(scene.repository), listing(scene.cache)]
    await scene.backup({ dryRun: true, checkpointMs: 0 })
    expect(listing(scene.repository)).toBe(repository)
    expect(listing(scene.cache)).toBe(cache)
  })

  it('that is interrupted says that nothing was written, and leaves nothing', async () => {
    await using scene = await Scene.make()
    await fill(scene)
    const before = listing(scene.repository)
    for (const which of ['signal', 'stopGently'] as const) {
      const stop = new AbortController()
      const running = scene.backup({ dryRun: true, [which]: stop.signal, onEntry: () => stop.abort() })
      await expect(running).rejects.toMatchObject({ code: 'interrupted', hint: 'Nothing was written.' })
    }
    expect(listing(scene.repository)).toBe(before)
    const temporary = readdirSync(scene.cache, { recursive: true }).filter((name) =>
      /scratch|tmp/.test(`${name}`),
    )
    expect(temporary.map((name) => join(scene.cache, `${name}`))).toEqual([])
  })

  it('names files that cannot be read, as a backup does', async () => {
    await using scene = await Scene.make()
    await scene.write('a', 'a')
    const { dry, real } = await bothOf(scene, () => ({ paths: ['.', 'gone'] }))
    expect(dry).toEqual(real)
    expect(dry.problems).toMatchObject([{ reason: 'missing' }])
  })
})
