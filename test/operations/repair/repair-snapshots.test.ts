import { readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ChunkKind, type PackId } from '../../../dist/format/ids.js'
import { snapshotLossOf } from '../../../dist/format/repair-mark.js'
import { entries } from '../../../dist/operations/entries/entries.js'
import { readFile as readStored } from '../../../dist/operations/read/read-file.js'
import type { RepairSnapshotsOptions } from '../../../dist/operations/repair/repair-options.js'
import { repairSnapshots } from '../../../dist/operations/repair/repair-snapshots.js'
import { restore } from '../../../dist/operations/restore/restore.js'
import { snapshots as listSnapshots } from '../../../dist/operations/snapshots/snapshots.js'
import { readDirectory } from '../../../dist/repository/read-directory.js'
import type { Scene } from '../backup/scene.js'
import { noise } from '../check/small-repository.js'
import { backUp, checked, DamagedScene, killedEverywhere, stateOf } from './damaged-scene.js'

const KiB = 1024

/** Two snapshots; the second one has changed two files of one directory in the middle of some hundred. */
const fill = async (scene: Scene): Promise<void> => {
  for (let n = 0; n < 600; n++) await scene.write(`d${n % 20}/file-${n}`, noise(`file ${n}`, 200 + n))
  await scene.write('d7/later', 'before')
  await scene.write('large', noise('large', 3000 * KiB))
  await backUp(scene)
  await scene.write('d7/file-7', 'changed')
  await scene.write('d7/later', noise('later', 200 * KiB))
  await backUp(scene)
}

let damaged: DamagedScene
let scene: Scene
let first: string
let second: string
/** Packs by the kind of their chunks, those of the first snapshot before those of the second. */
const packs = new Map<ChunkKind, string[]>()
beforeAll(async () => {
  damaged = await DamagedScene.make(fill)
  scene = damaged.scene
  const all = await scene.snapshots()
  const inOrder = [...all].sort(
    (a, b) =>
      a.sourceStart.seconds - b.sourceStart.seconds || a.sourceStart.nanoseconds - b.sourceStart.nanoseconds,
  )
  first = inOrder[0]!.id
  second = inOrder[1]!.id
  await using store = await scene.open()
  const sized: { path: string; kind: ChunkKind; bytes: number }[] = []
  for (const path of await scene.objects('packs')) {
    const { directory, sizeBytes } = await readDirectory(store.backend, store.seals, basename(path) as PackId)
    sized.push({ path, kind: directory.kind, bytes: sizeBytes })
  }
  for (const { path, kind } of sized.sort((a, b) => b.bytes - a.bytes))
    packs.set(kind, [...(packs.get(kind) ?? []), path])
}, 180_000)
beforeEach(() => damaged.reset())
afterAll(() => damaged[Symbol.asyncDispose]())

const repaired = async (options: RepairSnapshotsOptions = {}) => {
  await using store = await scene.open()
  return await repairSnapshots(store, options)
}

/** The largest pack of a kind is the first snapshot's. */
const lose = (kind: ChunkKind, at = 0): Promise<void> => rm(packs.get(kind)![at]!)

const sourceOf = (path: string): Promise<Buffer> => readFile(join(scene.source, path))

/** Every file of the source, byte for byte, and no mark. */
const expectExact = async (id: string | undefined): Promise<void> => {
  const stored = await scene.read(id)
  expect(stored.size).toBe(20 + 600 + 2)
  for (const [path, { entry, content }] of stored) {
    expect(entry.extensions, path).toEqual([])
    if (content !== undefined && !content.equals(await sourceOf(path)))
      throw new Error(`${path} is not exact`)
  }
}

const restored = async (snapshot: string) => {
  const target = join(scene.folder, 'restored')
  await rm(target, { recursive: true, force: true })
  await using store = await scene.open()
  return { target, report: await restore(store, { snapshot, target }) }
}

describe('repair snapshots', () => {
  it('does nothing where all is there', async () => {
    const before = await stateOf(scene)
    expect(await repaired()).toMatchObject({ snapshots: 2, repaired: [], unreadable: [] })
    expect(await repaired({ readData: true })).toMatchObject({ repaired: [] })
    expect(await stateOf(scene)).toEqual(before)
  })

  it('makes of a snapshot that lost chunks one in which they are zeros, and leaves the damaged one', async () => {
    await lose(ChunkKind.data, 1)
    const report = await repaired()
    expect(report.repaired).toMatchObject([
      { snapshot: second, isNew: true, entriesDamaged: 2, entriesLost: 0 },
    ])
    const [{ repairedAs, damaged: named, bytesLost }] = report.repaired as [(typeof report.repaired)[0]]
    expect(named.map(({ path }) => path).sort()).toEqual(['d7/file-7', 'd7/later'])
    expect(bytesLost).toBe(7 + 200 * KiB)
    expect((await scene.snapshots()).map(({ id }) => id).sort()).toEqual([first, second, repairedAs].sort())
    const { damages } = await checked(scene)
    expect(new Set(damages.flatMap(({ dependents }) => dependents.map(({ snapshot }) => snapshot)))).toEqual(
      new Set([second]),
    )
  })

  it('keeps every other byte: only what is marked is zeros', async () => {
    await lose(ChunkKind.data)
    const { repaired: reports } = await repaired({ snapshots: [second] })
    const marked = new Map(reports[0]!.damaged.map(({ path, bytesLost }) => [path, bytesLost]))
    expect(marked.size).toBeGreaterThan(500)
    for (const [path, { entry, content }] of await scene.read(reports[0]!.repairedAs)) {
      if (content === undefined) continue
      const wanted = await sourceOf(path)
      const lostBytes = marked.get(path) ?? 0
      expect(content.length).toBe(wanted.length)
      let differing = 0
      for (let at = 0; at < wanted.length; at++)
        if (content[at] !== wanted[at]) {
          if (content[at] !== 0) throw new Error(`${path} has other bytes at ${at}`)
          differing++
        }
      expect(differing <= lostBytes && differing >= lostBytes - 1 - (lostBytes >> 6), path).toBe(true)
      expect(entry.flags).toBe(lostBytes > 0 ? 1 : 0)
    }
  })

  it('tells in listings, in restores and by cat what is lost', async () => {
    await lose(ChunkKind.data, 1)
    const { repairedAs } = (await repaired()).repaired[0]!
    await using store = await scene.open()
    const listed = []
    for await (const entry of entries(store, `${repairedAs}:d7`)) listed.push(entry)
    expect(listed.filter(({ lost }) => lost !== undefined).map(({ name, lost }) => [name, lost])).toEqual([
      ['file-7', 'lost before the snapshot was repaired: 7 bytes of its content (zeros stand there)'],
      ['later', expect.stringContaining(`${200 * KiB} bytes`)],
    ])
    const [newest] = (await listSnapshots(store, {})).slice(-1)
    expect(newest).toMatchObject({
      id: repairedAs,
      repaired: { from: second, entriesDamaged: 2, entriesLost: 0, bytesLost: 7 + 200 * KiB },
    })
    const content = readStored(store, `${repairedAs}:d7/later`)
    await expect(content.next()).rejects.toMatchObject({ code: 'corrupt', hint: expect.any(String) })
    const { target, report } = await restored(repairedAs!)
    expect(report.problems.map(({ path, kind }) => [path, kind])).toEqual([
      ['d7/file-7', 'lost'],
      ['d7/later', 'lost'],
    ])
    const isSame = async (path: string, bytes: Buffer) => (await readFile(join(target, path))).equals(bytes)
    expect(await isSame('d7/later', Buffer.alloc(200 * KiB))).toBe(true)
    expect(await isSame('large', await sourceOf('large'))).toBe(true)
  })

  it('makes a file whose list is gone wholly zeros', async () => {
    await lose(ChunkKind.list)
    const { repaired: reports } = await repaired({ snapshots: [first] })
    expect(reports).toMatchObject([
      { entriesDamaged: 1, damaged: [{ path: 'large', bytesLost: 3000 * KiB }] },
    ])
  })

  it('keeps what is left of a tree, makes up the directories above it, and lists what is gone', async () => {
    await lose(ChunkKind.tree)
    const { repaired: reports } = await repaired()
    const ofFirst = reports.find(({ snapshot }) => snapshot === first)!
    expect(ofFirst).toMatchObject({ isNothingLeft: true, isNew: false, entriesDamaged: 0 })
    const ofSecond = reports.find(({ snapshot }) => snapshot === second)!
    expect(ofSecond.isNew).toBe(true)
    expect(ofSecond.directoriesMadeUp).toContain('d7')
    expect(ofSecond.lostSubtrees.length).toBeGreaterThan(0)
    const { root } = await scene.snapshot(second)
    const left = await scene.read(ofSecond.repairedAs)
    const madeUp = ofSecond.directoriesMadeUp.length
    expect(left.size).toBe(root.entries - ofSecond.entriesLost + madeUp)
    expect(left.get('d7/file-7')?.content?.toString()).toBe('changed')
    expect(left.get('d7')?.entry).toMatchObject({ mode: 0o700, flags: 1 })
    const { target, report } = await restored(ofSecond.repairedAs!)
    expect(await readFile(join(target, 'd7/file-7'), 'utf8')).toBe('changed')
    expect(new Set(report.problems.map(({ kind }) => kind))).toEqual(new Set(['lost']))
  })

  it('is the same when it is run again, and makes no second one', async () => {
    await lose(ChunkKind.data, 1)
    const [made] = (await repaired()).repaired
    const [again] = (await repaired()).repaired
    expect(again).toMatchObject({ isNew: false, repairedAs: made!.repairedAs, entriesDamaged: 2 })
    expect(await scene.snapshots()).toHaveLength(3)
  })

  it('repairs a repaired snapshot that lost more, and its marks add up', async () => {
    await lose(ChunkKind.data, 1)
    const [once] = (await repaired()).repaired
    await lose(ChunkKind.list)
    const { repaired: reports } = await repaired({ snapshots: [once!.repairedAs!] })
    expect(reports).toMatchObject([{ snapshot: once!.repairedAs, isNew: true, entriesDamaged: 1 }])
    await using store = await scene.open()
    const lost = []
    for await (const { path, lost: text } of entries(store, `${reports[0]!.repairedAs}:`, {
      recursive: true,
    }))
      if (text !== undefined) lost.push(path)
    expect(lost.sort()).toEqual(['d7/file-7', 'd7/later', 'large'])
  })

  it('is no source of holes for later backups: these read the files again', async () => {
    await lose(ChunkKind.data, 1)
    await repaired()
    await expectExact((await backUp(scene)).snapshotId)
    expect((await checked(scene)).damages).toEqual([])
  })

  it('changes nothing in a dry run, and says the same', async () => {
    await lose(ChunkKind.tree)
    const before = await stateOf(scene)
    const planned = await repaired({ dryRun: true })
    expect(await stateOf(scene)).toEqual(before)
    const done = await repaired()
    const withoutIds = done.repaired.map(({ repairedAs: _, ...report }) => ({ ...report, isNew: false }))
    expect(withoutIds).toEqual(planned.repaired)
  })

  it('tells of a record that cannot be opened', async () => {
    const [path] = await scene.objects('snapshots')
    await rm(path!)
    await writeFile(path!, 'nothing')
    expect((await repaired()).unreadable).toMatchObject([{ object: `snapshots/${basename(path!)}` }])
  })

  it('may be killed at any point and run again', async () => {
    await lose(ChunkKind.tree)
    const points = await killedEverywhere(scene, 'snapshots', async () => {
      await repaired()
      expect(
        (await scene.snapshots()).filter((snapshot) => snapshotLossOf(snapshot) !== undefined),
      ).toHaveLength(1)
    })
    expect(points).toBeGreaterThanOrEqual(8)
    await expectExact((await backUp(scene)).snapshotId)
    expect(await scene.objects('pending')).toEqual([])
  }, 180_000)
})
