import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import {
  chmod,
  chown,
  link,
  lutimes,
  mkdir,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { FileContent } from '../../../dist/format/entry.js'
import type { ProcessEnd } from './run-process.js'
import { runBackup } from './run-process.js'
import { laterClock, realClock, Scene } from './scene.js'

const isRoot = process.getuid?.() === 0
const hasStrace = spawnSync('strace', ['-V']).status === 0

const startedIn = process.cwd()
afterEach(() => process.chdir(startedIn))

const inSecond = (seconds: number) => () => BigInt(seconds) * 1_000_000_000n

describe('a file that the parent snapshot has unchanged', () => {
  it.skipIf(!hasStrace)('is never opened, nor is anything else but directories', async () => {
    await using scene = await Scene.make()
    await scene.write('kept', 'kept content')
    await scene.write('large', Buffer.alloc(9 * 2 ** 20, 'large'))
    await symlink('kept', scene.path('link'))
    execFileSync('mkfifo', [scene.path('pipe')])
    await scene.write('changed', 'before')
    const first = await scene.backup()
    await scene.write('changed', 'after, longer')
    const trace = join(scene.folder, 'trace')
    const task = { repository: scene.repository, cache: scene.cache, paths: [scene.source], aheadMs: 120_000 }
    const { report } = await runBackup(task, ['strace', '-f', '-e', 'trace=open,openat,openat2', '-o', trace])
    expect(report).toMatchObject({
      parentId: first.snapshotId,
      filesUnmodified: 2,
      filesChanged: 1,
      filesNew: 0,
    })
    const lines = readFileSync(trace, 'latin1').split('\n')
    const opened = lines.filter((line) => line.includes(`${scene.source}/`))
    expect(opened.filter((line) => line.includes('/changed"'))).not.toEqual([])
    expect(opened.filter((line) => /\/(kept|large|link|pipe)"/.test(line))).toEqual([])
    await scene.expectWhole(report!.snapshotId)
  })

  it('is found where the parent is named, and where it is the latest of the same host and paths', async () => {
    await using scene = await Scene.make()
    await scene.write('a', 'a')
    const first = await scene.backup()
    await scene.backup({ host: 'another' })
    const second = await scene.backup()
    expect(second.parentId).toBe(first.snapshotId)
    const named = await scene.backup({ parent: first.snapshotId!.slice(0, 12) })
    expect(named.parentId).toBe(first.snapshotId)
    await expect(scene.backup({ parent: 'ffffffffffff' })).rejects.toMatchObject({ code: 'not-found' })
  })

  it('is read again with force', async () => {
    await using scene = await Scene.make()
    await scene.write('a', 'a')
    await scene.backup()
    expect(await scene.backup({ force: true })).toMatchObject({
      filesNew: 1,
      filesUnmodified: 0,
      dataBlobs: 0,
    })
  })

  it('makes a tree of the same root', async () => {
    await using scene = await Scene.make()
    for (let file = 0; file < 300; file++) await scene.write(`d${file % 7}/f${file}`, `content ${file}`)
    // What lies above the source changes by itself.
    process.chdir(scene.source)
    const paths = ['.']
    const first = await scene.snapshot((await scene.backup({ paths })).snapshotId)
    const second = await scene.snapshot((await scene.backup({ paths })).snapshotId)
    const forced = await scene.snapshot((await scene.backup({ paths, force: true })).snapshotId)
    expect(second.root).toEqual(first.root)
    expect(forced.root).toEqual(first.root)
    expect(second.strategy).toBe('incremental')
  })
})

describe('a file that is read again only because it was too young to trust', () => {
  const young = async (scene: Scene): Promise<void> => {
    await scene.write('a', 'one')
    await scene.write('large', Buffer.alloc(9 * 2 ** 20, 'large'))
    await scene.write('d/empty', '')
    // What lies above the source changes by itself.
    process.chdir(scene.source)
  }
  const paths = ['.']

  it('counts as unmodified where its content is the same, and no node of the tree is new', async () => {
    await using scene = await Scene.make()
    await young(scene)
    const first = await scene.backup({ paths }, { now: realClock })
    const told: string[] = []
    const onEntry = ({ action }: { action: string }) => told.push(action)
    const again = await scene.backup({ paths, onEntry }, { now: realClock })
    const unchanged = { filesNew: 0, filesChanged: 0, filesUnmodified: 3, changedBytes: 0 }
    expect(again).toMatchObject({ ...unchanged, dataAddedBytes: 0, dataBlobs: 0, treeBlobs: 0 })
    expect(told).toEqual(['unmodified', 'unmodified', 'unmodified'])
    const roots = [await scene.snapshot(first.snapshotId), await scene.snapshot(again.snapshotId)]
    expect(roots[1]!.root).toEqual(roots[0]!.root)
  })

  it('counts as changed where its content or anything else of it is another', async () => {
    await using scene = await Scene.make()
    await young(scene)
    await scene.backup({ paths }, { now: realClock })
    await writeFile('a', 'two')
    await chmod('d/empty', 0o600)
    const again = await scene.backup({ paths }, { now: realClock })
    expect(again).toMatchObject({ filesNew: 0, filesChanged: 2, filesUnmodified: 1 })
  })
})

describe('a change is found', () => {
  it('of the same size in the same tick of the clock as the backup before it', async () => {
    await using scene = await Scene.make()
    const path = await scene.write('a', 'one')
    const before = await stat(path, { bigint: true })
    await scene.backup({}, { now: realClock })
    await writeFile(path, 'two')
    // As if the clock had not moved: all that stat tells is what it was.
    await utimes(path, Number(before.atimeMs) / 1000, Number(before.mtimeMs) / 1000)
    const report = await scene.backup({ ignoreCtime: true })
    expect(report).toMatchObject({ filesChanged: 1, filesUnmodified: 0 })
    const { content } = (await scene.read(report.snapshotId)).get(path.slice(1))!
    expect(content!.toString()).toBe('two')
  })

  it.each([
    ['less than 2 s before it began', 1, true],
    ['more than 2 s before it began', 4, false],
  ])('where the file was last changed %s', async (_, distanceSeconds, isReadAgain) => {
    await using scene = await Scene.make()
    const path = await scene.write('a', 'one')
    const second = 1_600_000_000
    await utimes(path, second, second)
    await scene.backup({}, { now: inSecond(second + distanceSeconds) })
    await writeFile(path, 'two')
    await utimes(path, second, second)
    const report = await scene.backup({ ignoreCtime: true }, { now: inSecond(second + 3600) })
    expect(report.filesChanged).toBe(isReadAgain ? 1 : 0)
    expect(report.filesUnmodified).toBe(isReadAgain ? 0 : 1)
  })

  it('also at the third backup, since the second one has taken nothing over that was in doubt', async () => {
    await using scene = await Scene.make()
    const path = await scene.write('a', 'one')
    const { atimeMs, mtimeMs } = await stat(path)
    await scene.backup({}, { now: realClock })
    await scene.backup({}, { now: realClock })
    await writeFile(path, 'two')
    await utimes(path, atimeMs / 1000, mtimeMs / 1000)
    const { snapshotId } = await scene.backup({ ignoreCtime: true })
    expect((await scene.read(snapshotId)).get(path.slice(1))!.content!.toString()).toBe('two')
  })

  it('where the times of modification and the size were put back, by ctime', async () => {
    await using scene = await Scene.make()
    const path = await scene.write('a', 'one')
    const old = new Date('2020-01-01T00:00:00.123Z')
    await utimes(path, old, old)
    await scene.backup()
    await writeFile(path, 'two')
    await utimes(path, old, old)
    const report = await scene.backup()
    expect(report.filesChanged).toBe(1)
    await scene.expectWhole(report.snapshotId)
  })

  it('not by ctime alone with ignoreCtime', async () => {
    await using scene = await Scene.make()
    const path = await scene.write('a', 'one')
    await utimes(path, 1e9, 1e9)
    await scene.backup()
    await utimes(path, 1e9, 1e9)
    expect(await scene.backup({ ignoreCtime: true })).toMatchObject({ filesUnmodified: 1 })
    await chmod(path, 0o600)
    expect(await scene.backup()).toMatchObject({ filesChanged: 1 })
  })

  it('by the inode, unless inodes are ignored', async () => {
    await using scene = await Scene.make()
    const path = await scene.write('a', 'one')
    await utimes(path, 1e9, 1e9)
    await scene.backup()
    await writeFile(`${path}.new`, 'two')
    await utimes(`${path}.new`, 1e9, 1e9)
    await rename(`${path}.new`, path)
    expect(await scene.backup({ ignoreCtime: true, ignoreInode: true, dryRun: true })).toMatchObject({
      filesUnmodified: 1,
    })
    const report = await scene.backup({ ignoreCtime: true })
    expect(report).toMatchObject({ filesChanged: 1 })
    await scene.expectWhole(report.snapshotId)
  })

  it('where a file lies in the future: it is read each time', async () => {
    await using scene = await Scene.make()
    const path = await scene.write('a', 'one')
    const future = Date.now() / 1000 + 1e6
    await utimes(path, future, future)
    await scene.backup()
    expect(await scene.backup()).toMatchObject({ filesUnmodified: 1, filesChanged: 0, dataBlobs: 0 })
    await writeFile(path, 'two')
    await utimes(path, future, future)
    const report = await scene.backup({ ignoreCtime: true })
    expect(report).toMatchObject({ filesChanged: 1 })
    await scene.expectWhole(report.snapshotId)
  })

  it('of the time of a directory, and of a link and its target', async () => {
    await using scene = await Scene.make()
    await mkdir(scene.path('d'))
    await symlink('somewhere', scene.path('link'))
    await scene.backup()
    await utimes(scene.path('d'), 1e9, 1e9)
    await rm(scene.path('link'))
    await symlink('elsewhere', scene.path('link'))
    await lutimes(scene.path('link'), 1e9, 1e9)
    const report = await scene.backup()
    await scene.expectWhole(report.snapshotId)
  })

  it('where a file became a directory and a directory a file', async () => {
    await using scene = await Scene.make()
    await scene.write('x', 'file')
    await scene.write('y/below', 'below')
    await scene.backup()
    await rm(scene.path('x'))
    await rm(scene.path('y'), { recursive: true })
    await scene.write('x/below', 'below')
    await scene.write('y', 'file')
    const report = await scene.backup()
    await scene.expectWhole(report.snapshotId)
  })
})

describe('a change of attributes alone', () => {
  it.skipIf(!isRoot)('is stored without reading the content, where ctime is ignored', async () => {
    await using scene = await Scene.make()
    const path = await scene.write('a', 'one')
    const large = await scene.write('large', Buffer.alloc(9 * 2 ** 20, 'large'))
    await utimes(path, 1e9, 1e9)
    const first = await scene.backup()
    await chmod(path, 0o4711)
    await chown(path, 12345, 54321)
    await chmod(large, 0o600)
    const report = await scene.backup({ ignoreCtime: true })
    expect(report).toMatchObject({ filesUnmodified: 2, filesChanged: 0, dataBlobs: 0 })
    expect(report.treeBlobs).toBeGreaterThan(0)
    await scene.expectWhole(report.snapshotId)
    const contentOf = async (id: string | undefined): Promise<FileContent> =>
      (await scene.read(id)).get(path.slice(1))!.entry.content as FileContent
    expect(await contentOf(report.snapshotId)).toEqual(await contentOf(first.snapshotId))
  })

  it('adds no data where ctime counts, although the file is read', async () => {
    await using scene = await Scene.make()
    const path = await scene.write('a', 'one')
    await scene.backup()
    await chmod(path, 0o700)
    const report = await scene.backup()
    expect(report).toMatchObject({ filesChanged: 1, dataBlobs: 0 })
    await scene.expectWhole(report.snapshotId)
  })

  it.skipIf(spawnSync('setfattr', ['--version']).status !== 0)(
    'is found in extended attributes',
    async () => {
      await using scene = await Scene.make()
      const path = await scene.write('a', 'one')
      await scene.backup()
      execFileSync('setfattr', ['-n', 'user.colour', '-v', 'blue', path])
      const { snapshotId } = await scene.backup({ ignoreCtime: true })
      const { entry } = (await scene.read(snapshotId)).get(path.slice(1))!
      expect(entry.xattrs.map(({ name }) => name)).toContain('user.colour')
    },
  )

  it('shows in the links of a file: hard links share inode and mount', async () => {
    await using scene = await Scene.make()
    const path = await scene.write('a', 'one')
    await scene.backup()
    await link(path, scene.path('b'))
    await link(path, scene.path('z'))
    const report = await scene.backup()
    const entries = await scene.read(report.snapshotId)
    const [a, b, z] = ['a', 'b', 'z'].map((name) => entries.get(scene.path(name).slice(1))!.entry)
    expect(a).toMatchObject({ links: 3, mount: 1 })
    for (const other of [b!, z!])
      expect([other.inode, other.mount, other.links]).toEqual([a!.inode, a!.mount, 3])
    await rm(scene.path('z'))
    await scene.expectWhole((await scene.backup()).snapshotId)
  })
})

describe.skipIf(!isRoot)('as a user who may not read everything', () => {
  const nobody = 65_534

  /** Gives the whole scene to nobody. */
  const handOver = async (scene: Scene): Promise<void> => {
    execFileSync('chown', ['-R', String(nobody), scene.folder])
    await chmod(scene.folder, 0o755)
  }

  const asNobody = async (scene: Scene): Promise<ProcessEnd | undefined> => {
    const { repository, cache, source } = scene
    await mkdir(cache, { recursive: true })
    execFileSync('chown', ['-R', String(nobody), repository, cache])
    const end = await runBackup({ repository, cache, paths: [source], uid: nobody })
    // Where the program itself may not be read by that user there is nothing to try.
    return end.error?.message.includes('Cannot find module') ? undefined : end
  }

  it('an unchanged file is kept although it cannot be read', async (test) => {
    await using scene = await Scene.make()
    const path = await scene.write('a', 'content')
    await scene.write('large', Buffer.alloc(9 * 2 ** 20, 'large'))
    await chmod(path, 0)
    await chmod(scene.path('large'), 0)
    await handOver(scene)
    await scene.backup()
    const end = await asNobody(scene)
    if (end === undefined) return test.skip()
    expect(end.report).toMatchObject({ filesUnmodified: 2, problems: [] })
  })

  it('what cannot be read is reported by name and reason, and the rest is saved', async (test) => {
    await using scene = await Scene.make()
    const closed = await scene.write('closed', 'content')
    await scene.write('open', 'content')
    await scene.write('secret/file', 'content')
    await scene.write('large', Buffer.alloc(9 * 2 ** 20, 1))
    await chmod(closed, 0)
    await chmod(scene.path('secret'), 0)
    await chmod(scene.path('large'), 0)
    await handOver(scene)
    const end = await asNobody(scene)
    if (end === undefined) return test.skip()
    const { problems = [], snapshotId } = end.report ?? {}
    const said = problems.map(({ path, reason, message }) => [
      path,
      reason,
      /EACCES|permission/.test(message),
    ])
    expect(said.sort()).toEqual([
      [closed, 'unreadable', true],
      [scene.path('large'), 'unreadable', true],
      [scene.path('secret'), 'unreadable', true],
    ])
    expect(await scene.paths(snapshotId)).toEqual(['open', 'secret'])
  })
})

it('the clock of a test is ahead of the real one', () => {
  expect(laterClock()).toBeGreaterThan(realClock())
})
