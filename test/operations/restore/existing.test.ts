import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openLocalBackend } from '../../../src/backend/open-local-backend.js'
import type { ByteString } from '../../../src/bytes/byte-string.js'
import { setMtime } from '../../../src/filesystem/file-times.js'
import { sourceDirectoryExtension } from '../../../src/format/source-directory.js'
import { unfinishedMode } from '../../../src/workers/restore-temporary.js'
import { temporaryDirectory } from '../../filesystem/temporary-directory.js'
import { RepositoryFixture, symlink } from '../../repository-fixture.js'
import { actionsOf, pathsBelow, read, restoreHere } from './restored.js'

const old = new Date('2020-01-01')
const later = new Date('2030-01-01')

describe('Over what is there already, a restore', () => {
  it('changes nothing where everything is right', async () => {
    await using fixture = await RepositoryFixture.create()
    await fixture.snapshot({ 'a/file': 'x', 'a/big': randomBytes(50_000), link: symlink('a') })
    const target = temporaryDirectory()
    await restoreHere(fixture, target)
    const inode = fs.statSync(path.join(target, 'a/file')).ino
    const report = await restoreHere(fixture, target)
    expect(report).toMatchObject({ filesRestored: 0, filesUnchanged: 2, bytesWritten: 0, problems: [] })
    expect(fs.statSync(path.join(target, 'a/file')).ino).toBe(inode)
  })

  it('gives the target its time again where an earlier restore had come to an end with problems', async () => {
    await using fixture = await RepositoryFixture.create()
    await fixture.snapshot({ 'a/file': 'x', 'a/other': 'y' })
    const target = path.join(temporaryDirectory(), 'new')
    await restoreHere(fixture, target, { snapshot: 'latest:a' })
    const { mtimeNs, mode } = fs.statSync(target, { bigint: true })
    fs.writeFileSync(path.join(target, 'file'), 'cut short')
    await restoreHere(fixture, target, { snapshot: 'latest:a', overwrite: 'always' })
    const after = fs.statSync(target, { bigint: true })
    expect([after.mtimeNs, after.mode]).toEqual([mtimeNs, mode])
  })

  it('writes nothing at all where something differs and no overwriting was allowed', async () => {
    await using fixture = await RepositoryFixture.create()
    await fixture.snapshot({ 'a/one': '1', 'a/three': '3', 'a/two': '2', z: 'new' })
    for (const spoil of [
      (target: string) => fs.writeFileSync(path.join(target, 'a/two'), 'not two'),
      (target: string) => fs.writeFileSync(path.join(target, 'a/two'), '3'),
      (target: string) => fs.symlinkSync('one', path.join(target, 'a/two')),
      (target: string) => fs.mkdirSync(path.join(target, 'a/two')),
    ]) {
      const target = temporaryDirectory()
      fs.mkdirSync(path.join(target, 'a'))
      fs.writeFileSync(path.join(target, 'a/one'), '1')
      spoil(target)
      const before = pathsBelow(target)
      await expect(restoreHere(fixture, target)).rejects.toMatchObject({
        code: 'in-the-way',
        message: expect.stringContaining('a/two'),
      })
      expect(pathsBelow(target)).toEqual(before)
    }
  })

  it('leaves a directory that somebody uses its own attributes, and gives them to one that it makes', async () => {
    await using fixture = await RepositoryFixture.create()
    await fixture.snapshot({ 'a/file': 'x' })
    const used = temporaryDirectory()
    fs.writeFileSync(path.join(used, 'somebody else’s'), '')
    fs.chmodSync(used, 0o1777)
    await restoreHere(fixture, used, { snapshot: 'latest:a' })
    expect(fs.statSync(used).mode & 0o7777).toBe(0o1777)
    const made = path.join(temporaryDirectory(), 'new')
    await restoreHere(fixture, made, { snapshot: 'latest:a' })
    expect(fs.statSync(made).mode & 0o7777).not.toBe(0o700)
  })

  it('mends what differs in files whose pieces stand in lists, however many of them are compared at once', async () => {
    await using fixture = await RepositoryFixture.create({ chunkBytes: 40_000, packBytes: 2 ** 27 })
    // Each alone is as much as is compared together.
    const contents = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [name, randomBytes(17_000_000)] as const)
    const small = randomBytes(3_000_000)
    await fixture.snapshot({ small, ...Object.fromEntries(contents) })
    const target = temporaryDirectory()
    for (const [name] of contents) fs.writeFileSync(path.join(target, name), Buffer.alloc(17_000_000))
    fs.writeFileSync(path.join(target, 'small'), small.subarray(0, 1_000_000))
    const { problems, filesRestored } = await restoreHere(fixture, target, { overwrite: 'always' })
    expect({ problems, filesRestored }).toEqual({ problems: [], filesRestored: 7 })
    expect(fs.readFileSync(path.join(target, 'small')).equals(small)).toBe(true)
    for (const [name, content] of contents)
      expect(fs.readFileSync(path.join(target, name)).equals(content)).toBe(true)
  })

  it('mends a single file whose pieces stand in a list', async () => {
    await using fixture = await RepositoryFixture.create({ chunkBytes: 40_000 })
    const content = randomBytes(3_000_000)
    await fixture.snapshot({ 'a/file': content })
    const target = temporaryDirectory()
    fs.mkdirSync(path.join(target, 'a'))
    fs.writeFileSync(path.join(target, 'a/file'), content.subarray(0, 1_000_000))
    const { problems, filesRestored } = await restoreHere(fixture, target, { overwrite: 'always' })
    expect({ problems, filesRestored }).toEqual({ problems: [], filesRestored: 1 })
    expect(fs.readFileSync(path.join(target, 'a/file')).equals(content)).toBe(true)
  })

  it('takes its own unfinished temporaries away, and finishes what was begun', async () => {
    await using fixture = await RepositoryFixture.create()
    await fixture.snapshot({ 'a/file': 'x', 'a/other': 'y' })
    const target = temporaryDirectory()
    fs.mkdirSync(path.join(target, 'a'))
    fs.writeFileSync(path.join(target, 'a/.varve-restore-0123-1'), 'half')
    fs.writeFileSync(path.join(target, 'a/other'), 'y')
    const { problems } = await restoreHere(fixture, target)
    expect(problems).toEqual([])
    expect(pathsBelow(target)).toEqual(['a/', 'a/file', 'a/other'])
  })

  it('replaces, keeps or skips as it is told', async () => {
    await using fixture = await RepositoryFixture.create()
    await fixture.snapshot({ changed: 'right', fresh: 'right', type: 'right' })
    const prepare = (): string => {
      const target = temporaryDirectory()
      fs.writeFileSync(path.join(target, 'changed'), 'wrong')
      fs.utimesSync(path.join(target, 'changed'), old, old)
      fs.writeFileSync(path.join(target, 'fresh'), 'mine!')
      fs.utimesSync(path.join(target, 'fresh'), later, later)
      fs.symlinkSync('/nowhere', path.join(target, 'type'))
      fs.lutimesSync(path.join(target, 'type'), old, old)
      return target
    }
    const outcome = async (overwrite: 'always' | 'if-changed' | 'if-newer' | 'never') => {
      const target = prepare()
      const { changed, fresh, type } = await actionsOf(fixture, target, { overwrite })
      return [changed, fresh, type, read(target, 'changed'), read(target, 'fresh')]
    }
    const all = ['replaced', 'replaced', 'replaced', 'right', 'right']
    expect(await outcome('always')).toEqual(all)
    expect(await outcome('if-changed')).toEqual(all)
    expect(await outcome('if-newer')).toEqual(['replaced', 'skipped', 'replaced', 'right', 'mine!'])
    expect(await outcome('never')).toEqual(['skipped', 'skipped', 'skipped', 'wrong', 'mine!'])
  })

  it('links names again that were parted, and makes the second name the first where that is skipped', async () => {
    await using fixture = await RepositoryFixture.create()
    const linked = { file: ['same'], links: 2, inode: 7, mount: 1 }
    await fixture.snapshot({ a: linked, 'd/b': linked })
    const target = temporaryDirectory()
    await restoreHere(fixture, target)
    fs.rmSync(path.join(target, 'd/b'))
    fs.copyFileSync(path.join(target, 'a'), path.join(target, 'd/b'))
    expect(await actionsOf(fixture, target)).toMatchObject({ a: 'unchanged', 'd/b': 'replaced' })
    expect(fs.statSync(path.join(target, 'd/b')).ino).toBe(fs.statSync(path.join(target, 'a')).ino)
    fs.rmSync(path.join(target, 'd/b'))
    fs.writeFileSync(path.join(target, 'a'), 'other')
    const actions = await actionsOf(fixture, target, { overwrite: 'never' })
    expect(actions).toMatchObject({ a: 'skipped', 'd/b': 'created' })
    expect(read(target, 'd/b')).toBe('same')
  })

  it('finds what size and time hide, in every way that may replace it or must refuse it', async () => {
    await using fixture = await RepositoryFixture.create({ chunkBytes: 100_000 })
    for (const content of [Buffer.from('right'), randomBytes(6_000_000)]) {
      await fixture.snapshot({ file: content })
      const target = temporaryDirectory()
      const file = path.join(target, 'file')
      const forge = (): void => {
        const { mtimeNs } = fs.statSync(file, { bigint: true })
        const fd = fs.openSync(file, 'r+')
        fs.writeSync(fd, 'wrong', content.length - 5)
        fs.closeSync(fd)
        setMtime(file as never, mtimeNs)
      }
      await restoreHere(fixture, target)
      for (const overwrite of ['if-changed', 'always'] as const) {
        forge()
        expect((await actionsOf(fixture, target, { overwrite })).file).toBe('replaced')
        expect(fs.readFileSync(file).equals(content)).toBe(true)
      }
      forge()
      await expect(restoreHere(fixture, target)).rejects.toMatchObject({ code: 'in-the-way' })
      expect(fs.readFileSync(file).equals(content)).toBe(false)
    }
  })

  it('finishes files that were begun under their own names, whatever may be overwritten', async () => {
    await using fixture = await RepositoryFixture.create()
    await fixture.snapshot({ 'a/begun': 'right', 'a/done': 'done' })
    for (const overwrite of [undefined, 'if-changed', 'if-newer', 'never', 'always'] as const) {
      const target = temporaryDirectory()
      await restoreHere(fixture, target)
      const begun = path.join(target, 'a/begun')
      fs.writeFileSync(begun, 'ri')
      fs.utimesSync(begun, later, later)
      fs.chmodSync(begun, unfinishedMode)
      const actions = await actionsOf(fixture, target, overwrite === undefined ? {} : { overwrite })
      expect(actions).toMatchObject({ 'a/begun': 'replaced' })
      expect(read(begun)).toBe('right')
      expect(fs.statSync(begun).mode & 0o7777).not.toBe(unfinishedMode)
    }
  })

  it('fetches only the chunks that differ', async () => {
    await using fixture = await RepositoryFixture.create({ chunkBytes: 100_000 })
    for (const size of [400_000, 6_000_000]) {
      const content = randomBytes(size)
      await fixture.snapshot({ file: content })
      const target = temporaryDirectory()
      await restoreHere(fixture, target)
      const file = path.join(target, 'file')
      const fd = fs.openSync(file, 'r+')
      fs.writeSync(fd, 'X', 250_000)
      fs.closeSync(fd)
      const report = await restoreHere(fixture, target, { overwrite: 'if-changed', verify: true })
      expect(report).toMatchObject({ bytesWritten: 100_000, bytesReused: size - 100_000, problems: [] })
      expect(fs.readFileSync(file).equals(content)).toBe(true)
    }
  })

  it('deletes what the snapshot does not have only when asked, and only what the patterns select', async () => {
    await using fixture = await RepositoryFixture.create()
    await fixture.snapshot({ 'a/file': 'x', 'b/file': 'y' })
    const target = temporaryDirectory()
    await restoreHere(fixture, target)
    fs.mkdirSync(path.join(target, 'a/more/and'), { recursive: true })
    fs.writeFileSync(path.join(target, 'a/more/and/more'), '')
    fs.symlinkSync(target, path.join(target, 'a/more/link'))
    fs.writeFileSync(path.join(target, 'b/keep.log'), '')
    await restoreHere(fixture, target)
    expect(pathsBelow(target)).toContain('a/more/and/more')
    await restoreHere(fixture, target, { snapshot: 'latest:a/file', delete: true })
    expect(pathsBelow(target)).toContain('a/more/and/more')
    fs.rmSync(path.join(target, 'file'))
    const report = await restoreHere(fixture, target, { delete: true, exclude: ['*.log'] })
    expect(report).toMatchObject({ filesDeleted: 4, problems: [] })
    expect(pathsBelow(target)).toEqual(['a/', 'a/file', 'b/', 'b/file', 'b/keep.log'])
  })

  it('deletes nothing that the snapshot has, whatever is included and wherever it lies', async () => {
    await using fixture = await RepositoryFixture.create()
    const files = ['a/b/f', 'a/b/g', 'a/c/f', 'a/d/e/f', 'a/f', 'b/f', 'b/g/h', 'c/d/e/f/g', 'f', 'z/f']
    await fixture.snapshot(Object.fromEntries(files.map((file) => [file, file])))
    const target = temporaryDirectory()
    await restoreHere(fixture, target)
    const before = pathsBelow(target)
    const patterns = before.flatMap((each) => [each, `/${each}`, path.basename(each)])
    await fc.assert(
      fc.asyncProperty(
        fc.subarray(patterns, { minLength: 1, maxLength: 4 }),
        fc.subarray(patterns, { maxLength: 1 }),
        async (include, exclude) => {
          const report = await restoreHere(fixture, target, { include, exclude, delete: true })
          expect(report).toMatchObject({ filesDeleted: 0, filesRestored: 0, problems: [] })
          expect(pathsBelow(target)).toEqual(before)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('deletes what is included and not in the snapshot, also below directories that are not included', async () => {
    await using fixture = await RepositoryFixture.create()
    await fixture.snapshot({ 'a/keep/f': 'x', 'a/other': 'x', 'a/b/x.log': 'x', 'a/b/c/f': 'x' })
    const target = temporaryDirectory()
    await restoreHere(fixture, target)
    const extra = ['a/keep/stray', 'a/stray', 'a/stray.log', 'a/b/stray.log', 'a/b/stray', 'a/b/c/stray.log']
    for (const each of extra) fs.writeFileSync(path.join(target, each), 'stray')
    const before = pathsBelow(target)
    await restoreHere(fixture, target, { include: ['keep', '*.log'], delete: true })
    const gone = ['a/keep/stray', 'a/stray.log', 'a/b/stray.log', 'a/b/c/stray.log']
    expect(pathsBelow(target)).toEqual(before.filter((each) => !gone.includes(each)))
  })

  it("never follows a symbolic link in a directory's place", async () => {
    await using fixture = await RepositoryFixture.create()
    await fixture.snapshot({ 'a/file': 'x' })
    const [target, outside] = [temporaryDirectory(), temporaryDirectory()]
    fs.symlinkSync(outside, path.join(target, 'a'))
    await expect(restoreHere(fixture, target)).rejects.toMatchObject({ code: 'in-the-way' })
    await restoreHere(fixture, target, { overwrite: 'always' })
    expect(pathsBelow(outside)).toEqual([])
    expect(read(target, 'a/file')).toBe('x')
    expect(fs.lstatSync(path.join(target, 'a')).isDirectory()).toBe(true)
  })

  it('replaces a directory that is not empty only when it may delete', async () => {
    await using fixture = await RepositoryFixture.create()
    await fixture.snapshot({ file: 'x' })
    const target = temporaryDirectory()
    fs.mkdirSync(path.join(target, 'file/sub'), { recursive: true })
    const { problems } = await restoreHere(fixture, target, { overwrite: 'always' })
    expect(problems).toMatchObject([{ path: 'file', kind: 'target' }])
    await restoreHere(fixture, target, { overwrite: 'always', delete: true })
    expect(read(target, 'file')).toBe('x')
  })

  it('refuses the repository as target, and never deletes one that lies in the target', async () => {
    const target = temporaryDirectory()
    const location = path.join(target, 'backups/repository')
    const backend = await openLocalBackend(location, { randomBytes, create: true })
    await using fixture = await RepositoryFixture.create({ backend })
    await fixture.snapshot({ 'a/file': 'x' })
    for (const inside of [location, path.join(location, 'packs'), path.join(location, 'new')])
      await expect(restoreHere(fixture, inside)).rejects.toMatchObject({ code: 'unsafe-target' })
    const before = pathsBelow(location)
    await restoreHere(fixture, target, { delete: true })
    expect(pathsBelow(location)).toEqual(before)
    expect(read(target, 'a/file')).toBe('x')
  })

  it('says so where the repository, the cache or the source is in the place of a file, and deletes neither', async () => {
    const target = temporaryDirectory()
    const location = path.join(target, 'repository')
    const source = path.join(target, 'source')
    fs.mkdirSync(source)
    fs.writeFileSync(path.join(source, 'original'), '')
    const backend = await openLocalBackend(location, { randomBytes, create: true })
    await using fixture = await RepositoryFixture.create({ backend })
    const paths = [source as ByteString]
    await fixture.snapshot({ repository: 'a file', source: 'another', third: 'x' }, { paths })
    const before = [pathsBelow(location), pathsBelow(source)]
    for (const overwrite of ['always', 'if-changed'] as const) {
      const { problems } = await restoreHere(fixture, target, { overwrite, delete: true })
      expect(problems).toMatchObject([
        { path: 'repository', kind: 'target', message: expect.stringContaining('not deleted') },
        { path: 'source', kind: 'target', message: expect.stringContaining('not deleted') },
      ])
      expect([pathsBelow(location), pathsBelow(source)]).toEqual(before)
    }
    expect(read(target, 'third')).toBe('x')
  })

  it('never deletes a source that was named by a relative path, wherever it is called from', async () => {
    const target = temporaryDirectory()
    const source = path.join(target, 'home', 'project')
    fs.mkdirSync(source, { recursive: true })
    fs.writeFileSync(path.join(source, 'original'), 'only here')
    await using fixture = await RepositoryFixture.create()
    for (const [directory, given] of [
      [source, '.'],
      [path.join(target, 'home'), 'project'],
      [path.join(source, '..'), './project/'],
    ] as const) {
      const extensions = [sourceDirectoryExtension(directory as ByteString)]
      await fixture.snapshot({ 'a/file': 'x' }, { paths: [given as ByteString], extensions })
      for (const dryRun of [true, false]) {
        const { problems } = await restoreHere(fixture, target, { delete: true, overwrite: 'always', dryRun })
        expect(problems).toMatchObject([
          { path: 'home/project', kind: 'target', message: expect.stringContaining('not deleted') },
        ])
      }
      expect(read(source, 'original')).toBe('only here')
    }
  })

  it('never deletes the source of the snapshot or the cache that lie in the target, and says so', async () => {
    const target = temporaryDirectory()
    const source = path.join(target, 'project')
    fs.mkdirSync(source)
    fs.writeFileSync(path.join(source, 'original'), 'only here')
    await using fixture = await RepositoryFixture.create()
    const cache = path.join(target, 'cache')
    fs.renameSync(fixture.store.cacheFolder, cache)
    fs.symlinkSync(cache, fixture.store.cacheFolder)
    await fixture.snapshot({ 'a/file': 'x' }, { paths: [source as ByteString] })
    const { problems } = await restoreHere(fixture, target, { delete: true })
    expect(problems.map(({ path: at }) => at)).toEqual(['cache', 'project'])
    expect(read(source, 'original')).toBe('only here')
    expect(read(target, 'a/file')).toBe('x')
  })
})
