import { spawnSync } from 'node:child_process'
import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { cp, link, mkdir, rename, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { deriveGear } from '../../../dist/chunking/gear.js'
import { splitByTheRules } from '../../../dist/chunking/oracle.js'
import type { FileContent } from '../../../dist/format/entry.js'
import { pieceLengths, Scene } from './scene.js'

const MiB = 2 ** 20
const isRoot = process.getuid?.() === 0

const startedIn = process.cwd()
afterEach(() => process.chdir(startedIn))

/** Bytes that look random and are the same in each run. */
const bytesOf = (seed: string, length: number): Buffer => {
  const key = createHash('sha256').update(seed).digest()
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length))
}

/** 64 MiB and more: random bytes, zeros that are written, and holes. */
const writeLarge = async (path: string): Promise<void> => {
  const fd = fs.openSync(path, 'w')
  const random = bytesOf('large', 24 * MiB + 12_345)
  fs.writeSync(fd, random, 0, random.length, 0)
  fs.writeSync(fd, Buffer.alloc(9 * MiB), 0, 9 * MiB, random.length)
  fs.writeSync(fd, random, 0, 5 * MiB + 7, 40 * MiB + 1)
  fs.writeSync(fd, Buffer.from('end'), 0, 3, 66 * MiB - 3)
  fs.closeSync(fd)
  await truncate(path, 70 * MiB)
}

describe('the same source and keys', () => {
  it('give the same root with one worker and with eight', async () => {
    await using scene = await Scene.make()
    const other = join(scene.folder, 'other')
    await scene.copy(scene.repository, other)
    for (let n = 0; n < 1500; n++) await scene.write(`d${n % 17}/f${n}`, bytesOf(`${n}`, (n * 7919) % 40_000))
    await writeLarge(scene.path('large'))
    await scene.write('zeros', Buffer.alloc(20 * MiB))
    await link(scene.path('d1', 'f1'), scene.path('linked'))
    // What lies above the source changes by itself.
    process.chdir(scene.source)
    const paths = ['.']
    const one = await scene.backup({ paths }, { workers: 1 })
    const eight = await scene.backup(
      { paths },
      { workers: 8, repository: other, cache: join(scene.folder, 'other-cache') },
    )
    const rootOf = async (id: string | undefined, repository: string) =>
      (
        await scene.snapshot(id, {
          repository,
          cache: join(scene.folder, repository === other ? 'other-cache' : 'cache'),
        })
      ).root
    expect(await rootOf(eight.snapshotId, other)).toEqual(await rootOf(one.snapshotId, scene.repository))
    expect(eight.dataAddedBytes).toBe(one.dataAddedBytes)
    expect(one).toMatchObject({ filesNew: 1503, problems: [] })
    expect((await scene.read(eight.snapshotId, { repository: other })).size).toBe(
      one.filesNew + one.directories,
    )
  })

  it.skipIf(!isRoot)(
    'count mounts in the order of the walk, whichever file is finished first',
    async (test) => {
      await using scene = await Scene.make()
      const mounts = ['a', 'b', 'c'].map((name) => scene.path(name))
      for (const path of mounts) await mkdir(path)
      const mounted = mounts.filter((path) => spawnSync('mount', ['-t', 'tmpfs', 'none', path]).status === 0)
      try {
        if (mounted.length < mounts.length) return test.skip('may not mount')
        // The first of them is large, and its entry is made after those of the others.
        await scene.write('a/file', bytesOf('slow', 60 * MiB))
        await scene.write('b/file', 'small')
        await scene.write('c/file', 'small')
        for (const path of mounts) await link(join(path, 'file'), join(path, 'other'))
        // One large file alone: behind two of them the walk would wait.
        const { snapshotId } = await scene.backup({ exclude: ['a/other'] })
        const entries = await scene.read(snapshotId)
        expect(entries.has(scene.path('a', 'other').slice(1))).toBe(false)
        const found = mounts.map((path) => entries.get(join(path, 'file').slice(1))!.entry.mount)
        expect(found).toEqual([1, 2, 3])
      } finally {
        for (const path of mounted) spawnSync('umount', ['-l', path])
      }
    },
  )
})

describe('a large file', () => {
  it('is cut as the rules say, whether it was read span by span or came as a stream', async () => {
    await using scene = await Scene.make()
    const path = scene.path('large')
    await writeLarge(path)
    const content = fs.readFileSync(path)
    const report = await scene.backup()
    const streamed = await scene.backup({
      paths: [],
      stdin: { stream: fs.createReadStream(path), filename: 'large' },
    })
    await using store = await scene.open()
    await store.index.refresh()
    const { chunking, keyring } = store.keys
    const wanted = splitByTheRules(content, deriveGear(keyring.chunkerKey), chunking).map(
      ({ kind, length }) => (kind === 'chunk' ? length : -length),
    )
    const entryOf = async (id: string | undefined, at: string) => (await scene.read(id)).get(at)!
    for (const { entry, content: stored } of [
      await entryOf(report.snapshotId, path.slice(1)),
      await entryOf(streamed.snapshotId, 'large'),
    ]) {
      expect(await pieceLengths(store, entry.content as FileContent)).toEqual(wanted)
      expect(stored!.equals(content)).toBe(true)
    }
    // All of it was new once, and zeros cost nothing.
    expect(await scene.storedBytes()).toBeLessThan(31 * MiB)
    expect(streamed.dataBlobs).toBe(0)
  })

  it('that is one hole costs nothing', async () => {
    await using scene = await Scene.make()
    await truncate(await scene.write('hole', ''), 2 ** 38)
    const report = await scene.backup()
    expect(report).toMatchObject({ dataBlobs: 0, totalBytesProcessed: 2 ** 38, problems: [] })
    expect((await scene.backup()).filesUnmodified).toBe(1)
  })
})

describe('what is stored already', () => {
  it('is not stored again under another path', async () => {
    await using scene = await Scene.make()
    for (let n = 0; n < 200; n++) await scene.write(`d/f${n}`, bytesOf(`${n}`, 5000))
    await scene.write('d/large', bytesOf('large', 10 * MiB))
    await scene.backup()
    await cp(scene.path('d'), scene.path('copy'), { recursive: true })
    await rename(scene.path('d'), scene.path('moved'))
    const report = await scene.backup()
    expect(report).toMatchObject({ filesNew: 402, dataBlobs: 0 })
    expect(report.dataAddedPackedBytes).toBeLessThan(200_000)
    await scene.expectWhole(report.snapshotId)
  })

  it('is not stored again where one byte in a hundred files changes', async () => {
    await using scene = await Scene.make()
    for (let n = 0; n < 100; n++) await scene.write(`f${n}`, bytesOf(`${n}`, 50_000))
    await scene.write('large', bytesOf('large', 30 * MiB))
    const first = await scene.backup()
    await scene.write('f50', randomBytes(50_000))
    const fd = fs.openSync(scene.path('large'), 'r+')
    fs.writeSync(fd, Buffer.from('changed'), 0, 7, 12 * MiB)
    fs.closeSync(fd)
    const second = await scene.backup()
    expect(second).toMatchObject({ filesChanged: 2, filesUnmodified: 99 })
    expect(second.dataAddedPackedBytes).toBeLessThan(first.dataAddedPackedBytes / 20)
    await scene.expectWhole(second.snapshotId)
  })
})
