import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { EntryType } from '../../../dist/format/entry.js'
import { Scene } from './scene.js'

const isRoot = process.getuid?.() === 0
const startedIn = process.cwd()

afterEach(() => process.chdir(startedIn))

const pathsOf = async (scene: Scene, id: string | undefined): Promise<string[]> =>
  [...(await scene.read(id)).keys()].sort()

describe('what is backed up', () => {
  it('stands in the snapshot as it was named: relative, absolute without the slash, and `.` as the root itself', async () => {
    await using scene = await Scene.make()
    await scene.write('d/a', 'a')
    process.chdir(scene.source)
    const named = async (path: string): Promise<string[]> =>
      pathsOf(scene, (await scene.backup({ paths: [path] })).snapshotId)
    expect(await named('.')).toEqual(['d', 'd/a'])
    expect(await named('d')).toEqual(['d', 'd/a'])
    expect(await named('./d/')).toEqual(['d', 'd/a'])
    const absolute = scene.path('d').slice(1)
    expect((await named(scene.path('d'))).filter((path) => path.startsWith(absolute))).toEqual([
      absolute,
      `${absolute}/a`,
    ])
    process.chdir(scene.path('d'))
    expect(await named('..')).toEqual(['d', 'd/a'])
    expect(await named('../d')).toEqual(['d', 'd/a'])
  })

  it('stands once where a path is given twice, in other words, or in another one', async () => {
    await using scene = await Scene.make()
    await scene.write('d/a', 'a')
    await scene.write('d/b/c', 'c')
    const paths = [
      scene.source,
      scene.path('d'),
      `${scene.source}/d/`,
      scene.path('d', 'b', 'c'),
      scene.source,
    ]
    const report = await scene.backup({ paths })
    expect(report).toMatchObject({ filesNew: 2, problems: [] })
    await scene.expectWhole(report.snapshotId)
  })

  it('may be named in bytes', async () => {
    await using scene = await Scene.make()
    const path = Buffer.concat([Buffer.from(`${scene.source}/`), Buffer.from([0xff, 0xfe])])
    fs.writeFileSync(path, 'content')
    const report = await scene.backup({ paths: [path] })
    expect(await pathsOf(scene, report.snapshotId)).toContain(`${scene.source.slice(1)}/\xff\xfe`)
  })

  it('is an error where nothing of it is there', async () => {
    await using scene = await Scene.make()
    await expect(scene.backup({ paths: [] })).rejects.toMatchObject({ code: 'invalid-argument' })
    await expect(scene.backup({ paths: [''] })).rejects.toMatchObject({ code: 'invalid-argument' })
    const gone = [scene.path('gone'), scene.path('also-gone')]
    await expect(scene.backup({ paths: gone.slice(1) })).rejects.toMatchObject({ code: 'source' })
    await expect(scene.backup({ paths: gone })).rejects.toMatchObject({ code: 'source' })
    expect(await scene.objects('snapshots')).toEqual([])
  })

  it('is saved without a path that is missing, which is reported', async () => {
    await using scene = await Scene.make()
    await scene.write('a', 'a')
    const report = await scene.backup({ paths: [scene.path('a'), scene.path('gone')] })
    expect(report.problems).toMatchObject([{ path: scene.path('gone'), reason: 'missing' }])
    expect(await scene.paths(report.snapshotId)).toEqual(['a'])
  })

  it('may be an empty directory, an empty file, a single file', async () => {
    await using scene = await Scene.make()
    process.chdir(scene.source)
    const empty = await scene.backup({ paths: ['.'] })
    expect(await pathsOf(scene, empty.snapshotId)).toEqual([])
    await scene.write('empty', '')
    await mkdir(scene.path('folder'))
    const report = await scene.backup()
    await scene.expectWhole(report.snapshotId)
    expect(report).toMatchObject({ filesNew: 1, totalBytesProcessed: 0 })
    const single = await scene.backup({ paths: ['empty'] })
    expect(await pathsOf(scene, single.snapshotId)).toEqual(['empty'])
  })

  it('survives names of 255 bytes, names that are no UTF-8, and every byte a name can have', async () => {
    await using scene = await Scene.make()
    const names = [
      Buffer.alloc(255, 'n'),
      Buffer.alloc(254, 0xff),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('naïve ☃\n\t\x1b[31m\\'),
      ...Array.from({ length: 255 }, (_, byte) => Buffer.from([byte + 1, 0x78])).filter(
        ([byte]) => byte !== 0x2f,
      ),
    ]
    for (const name of names) fs.writeFileSync(Buffer.concat([Buffer.from(`${scene.source}/`), name]), name)
    const report = await scene.backup()
    expect(report).toMatchObject({ filesNew: names.length, problems: [] })
    await scene.expectWhole(report.snapshotId)
    const entries = await scene.read(report.snapshotId)
    for (const name of names)
      expect(entries.get(`${scene.source.slice(1)}/${name.toString('latin1')}`)?.content?.equals(name)).toBe(
        true,
      )
  })

  it('survives a path of more than 4,096 bytes', async () => {
    await using scene = await Scene.make()
    process.chdir(scene.source)
    const name = 'd'.repeat(200)
    for (let depth = 0; depth < 25; depth++) {
      fs.mkdirSync(name)
      process.chdir(name)
    }
    fs.writeFileSync('deep', 'deep content')
    process.chdir(scene.source)
    const report = await scene.backup()
    const path = `${scene.source.slice(1)}/${`${name}/`.repeat(25)}deep`
    expect(report.problems).toEqual([])
    const entry = (await scene.read(report.snapshotId)).get(path)
    expect(entry?.content?.toString()).toBe('deep content')
    const again = await scene.backup()
    expect(again).toMatchObject({ filesUnmodified: 1, problems: [] })
  })

  it('has links, loops of links, fifos and sockets as what they are, and opens none of them', async () => {
    await using scene = await Scene.make()
    await symlink('loop', scene.path('loop'))
    await symlink('.', scene.path('here'))
    await symlink('/nowhere/\u00ff', scene.path('dangling'))
    execFileSync('mkfifo', [scene.path('fifo')])
    spawnSync(process.execPath, [
      '-e',
      `require('net').createServer().listen(${JSON.stringify(scene.path('socket'))}, () => process.exit())`,
    ])
    const report = await scene.backup()
    const entries = await scene.read(report.snapshotId)
    const typeOf = (name: string) => entries.get(scene.path(name).slice(1))?.entry.type
    expect(report.problems).toEqual([])
    expect(['loop', 'here', 'dangling'].map(typeOf)).toEqual(Array(3).fill(EntryType.symlink))
    expect(typeOf('fifo')).toBe(EntryType.fifo)
    expect([EntryType.socket, undefined]).toContain(typeOf('socket'))
    expect(entries.get(`${scene.path('here').slice(1)}/loop`)).toBeUndefined()
  })

  it.skipIf(!isRoot)('has device nodes with their numbers', async (test) => {
    await using scene = await Scene.make()
    if (spawnSync('mknod', [scene.path('device'), 'c', '1', '3']).status !== 0) return test.skip()
    const entries = await scene.read((await scene.backup()).snapshotId)
    expect(entries.get(scene.path('device').slice(1))?.entry).toMatchObject({
      type: EntryType.characterDevice,
      content: { major: 1, minor: 3 },
    })
  })
})

describe('the repository and the cache', () => {
  it('are left out by themselves, and the report says so', async () => {
    await using scene = await Scene.make()
    await scene.write('a', 'a')
    await scene.backup()
    const report = await scene.backup({ paths: [scene.folder] })
    const names = await pathsOf(scene, report.snapshotId)
    expect(names).toContain(`${scene.source.slice(1)}/a`)
    expect(names.filter((name) => name.startsWith(scene.repository.slice(1)))).toEqual([])
    expect(report.leftOut).toContain(scene.repository)
    expect(report.leftOut.some((path) => path.startsWith(`${scene.cache}/`))).toBe(true)
    expect(names.filter((name) => /cache\/[0-9a-f]{32}/.test(name))).toEqual([])
    expect((await scene.backup()).leftOut).toEqual([])
  })

  it('are left out also where another path leads to them', async () => {
    await using scene = await Scene.make()
    await scene.write('a', 'a')
    await scene.copy(scene.repository, scene.path('repository'))
    await symlink(scene.source, join(scene.folder, 'link'))
    const report = await scene.backup({}, { repository: join(scene.folder, 'link', 'repository') })
    expect(report.leftOut).toHaveLength(1)
    const names = await scene.read(report.snapshotId, { repository: scene.path('repository') })
    expect([...names.keys()].filter((name) => name.includes('/repository'))).toEqual([])
  })
})

describe('what is left out', () => {
  const excluded = async (
    options: Parameters<Scene['backup']>[0],
    files: Record<string, string>,
  ): Promise<string[]> => {
    await using scene = await Scene.make()
    for (const [name, content] of Object.entries(files)) await scene.write(name, content)
    return await scene.paths((await scene.backup(options)).snapshotId)
  }
  const files = { 'keep.txt': 'k', 'drop.LOG': 'd', 'sub/drop.log': 'd', 'sub/keep': 'k' }

  it('by patterns, with and without the case of letters, and from a file', async () => {
    expect(await excluded({ exclude: ['*.log'] }, files)).toEqual(['drop.LOG', 'keep.txt', 'sub', 'sub/keep'])
    expect(await excluded({ iexclude: ['*.log'] }, files)).toEqual(['keep.txt', 'sub', 'sub/keep'])
    expect(await excluded({ exclude: ['sub'] }, files)).toEqual(['drop.LOG', 'keep.txt'])
    await using scene = await Scene.make()
    const list = join(scene.folder, 'list')
    await writeFile(list, '# comment\n*.txt\n')
    expect(await excluded({ excludeFiles: [list] }, files)).toEqual([
      'drop.LOG',
      'sub',
      'sub/drop.log',
      'sub/keep',
    ])
    await expect(scene.backup({ excludeFiles: [join(scene.folder, 'none')] })).rejects.toMatchObject({
      code: 'invalid-argument',
    })
  })

  it('by size', async () => {
    const sizes = { small: 'x'.repeat(100), exact: 'x'.repeat(1000), large: 'x'.repeat(1001) }
    expect(await excluded({ excludeLargerThanBytes: 1000 }, sizes)).toEqual(['exact', 'small'])
  })

  it('by a CACHEDIR.TAG with its signature, and by a file that is present', async () => {
    const tag = 'Signature: 8a477f597d28d172789f06886806bc55\n# more'
    const marked = {
      'cache/CACHEDIR.TAG': tag,
      'cache/a': 'a',
      'false/CACHEDIR.TAG': 'no',
      'false/a': 'a',
      'm/.nobackup': '',
      'm/a': 'a',
    }
    expect(await excluded({ excludeCaches: true }, marked)).toEqual([
      'cache',
      'cache/CACHEDIR.TAG',
      'false',
      'false/CACHEDIR.TAG',
      'false/a',
      'm',
      'm/.nobackup',
      'm/a',
    ])
    expect(
      (await excluded({ excludeIfPresent: ['.nobackup'] }, marked)).filter((name) => name.startsWith('m')),
    ).toEqual(['m', 'm/.nobackup'])
  })

  it.skipIf(!isRoot)('on another file system, whose directory stays', async (test) => {
    await using scene = await Scene.make()
    await scene.write('a', 'a')
    const mounted = scene.path('mounted')
    await mkdir(mounted)
    if (spawnSync('mount', ['-t', 'tmpfs', 'none', mounted]).status !== 0) return test.skip('may not mount')
    try {
      await scene.write('mounted/inside', 'inside')
      expect(await scene.paths((await scene.backup({ oneFileSystem: true })).snapshotId)).toEqual([
        'a',
        'mounted',
      ])
      expect(await scene.paths((await scene.backup()).snapshotId)).toEqual(['a', 'mounted', 'mounted/inside'])
    } finally {
      spawnSync('umount', ['-l', mounted])
    }
  })

  it('counts as gone in the next snapshot', async () => {
    await using scene = await Scene.make()
    await scene.write('a', 'a')
    await scene.write('b', 'b')
    await scene.backup()
    await rm(scene.path('a'))
    expect(await scene.paths((await scene.backup()).snapshotId)).toEqual(['b'])
    expect(await scene.paths((await scene.backup({ exclude: ['b'] })).snapshotId)).toEqual([])
  })
})

describe('what the record says', () => {
  it('tags, time, host, paths and summary', async () => {
    await using scene = await Scene.make()
    await scene.write('a', 'abc')
    const time = new Date('2020-02-03T04:05:06Z')
    const report = await scene.backup({ tags: ['z', 'a', 'z'], time, host: 'elsewhere' })
    const snapshot = await scene.snapshot(report.snapshotId)
    expect(snapshot).toMatchObject({
      tags: ['a', 'z'],
      host: 'elsewhere',
      paths: [scene.source],
      time: { seconds: time.getTime() / 1000 },
      strategy: 'full',
      parent: null,
      summary: { filesNew: 1, bytesProcessed: 3, problems: 0 },
    })
    expect(snapshot.sourceStart.seconds).toBeGreaterThan(time.getTime() / 1000)
  })
})
