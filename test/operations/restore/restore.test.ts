import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { type ByteString, byteStringOfText } from '../../../src/bytes/byte-string.js'
import { readXattrs } from '../../../src/filesystem/xattrs.js'
import { EntryType } from '../../../src/format/entry.js'
import { isRoot, temporaryDirectory } from '../../filesystem/temporary-directory.js'
import { directory, RepositoryFixture, symlink } from '../../repository-fixture.js'
import { actionsOf, pathsBelow, read, restoreHere } from './restored.js'

const noise = (bytes: number, seed = 1): Buffer => {
  const noise = Buffer.alloc(bytes)
  for (let at = 0, state = seed; at < bytes; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    noise[at] = state >>> 16
  }
  return noise
}

const own = {
  uid: process.geteuid!(),
  gid: process.getegid!(),
  user: '' as ByteString,
  group: '' as ByteString,
}

describe('A restore', () => {
  it('brings back content, modes, times, links and names byte for byte', async () => {
    await using fixture = await RepositoryFixture.create()
    const big = noise(3_000_000)
    await fixture.snapshot({
      empty: { file: [], ...own },
      dir: directory({ ...own, mode: 0o500, mtimeSeconds: -5, mtimeNanoseconds: 7 }),
      'dir/big': { file: [big], ...own, mode: 0o4711 },
      'dir/link': { ...symlink('../no where'), ...own },
      'latin1:dir/\xff': { file: ['x'], ...own },
      'dir/sub': directory({ ...own, mtimeSeconds: 99 }),
      'dir/sub/file': { file: ['small'], ...own, mtimeSeconds: -1, mtimeNanoseconds: 999_999_999 },
    })
    const target = path.join(temporaryDirectory(), 'new', 'target')
    const report = await restoreHere(fixture, target, { verify: true })
    expect(report).toMatchObject({ filesRestored: 4, directories: 2, others: 1, problems: [] })
    expect(report.bytesVerified).toBe(3_000_006)
    expect(fs.readFileSync(path.join(target, 'dir/big')).equals(big)).toBe(true)
    expect(fs.statSync(path.join(target, 'dir/big')).mode & 0o7777).toBe(0o4711)
    expect(fs.readlinkSync(path.join(target, 'dir/link'))).toBe('../no where')
    expect(fs.readFileSync(Buffer.from(`${target}/dir/\xff`, 'latin1'), 'utf8')).toBe('x')
    const times = (name: string) => fs.lstatSync(path.join(target, name), { bigint: true }).mtimeNs
    expect([times('dir'), times('dir/sub'), times('dir/sub/file'), times('dir/link')]).toEqual([
      -4_999_999_993n,
      99_123_456_789n,
      -1n,
      1_700_000_000_123_456_789n,
    ])
    expect(fs.statSync(path.join(target, 'dir')).mode & 0o7777).toBe(0o500)
  })

  it('gives names of one inode one inode again, and only those that agree in everything', async () => {
    await using fixture = await RepositoryFixture.create()
    const linked = { file: ['same'], links: 3, inode: 42, mount: 1 }
    await fixture.snapshot({
      a: linked,
      'b/c': linked,
      d: { ...linked, mtimeSeconds: 1 },
      e: { ...linked, file: ['else'] },
      f: { ...linked, mount: 2 },
    })
    const target = temporaryDirectory()
    await restoreHere(fixture, target)
    const inode = (name: string) => fs.statSync(path.join(target, name)).ino
    expect(inode('b/c')).toBe(inode('a'))
    expect(new Set(['a', 'd', 'e', 'f'].map(inode)).size).toBe(4)
    expect(read(target, 'e')).toBe('else')
  })

  it('sets extended attributes, those too that are stored in chunks', async (context) => {
    await using fixture = await RepositoryFixture.create()
    const long = noise(3000)
    await fixture.snapshot({ file: { file: ['x'], longXattr: ['user.long', long] } })
    const target = temporaryDirectory()
    const { problems } = await restoreHere(fixture, target)
    if (problems.some(({ message }) => /ENOTSUP|koffi/.test(message))) return context.skip()
    const [xattr] = readXattrs(byteStringOfText(path.join(target, 'file')))
    expect(xattr![0]).toBe('user.long')
    expect(long.equals(xattr![1])).toBe(true)
  })

  it.runIf(isRoot)('makes fifos, sockets and device nodes', async () => {
    await using fixture = await RepositoryFixture.create()
    await fixture.snapshot({
      fifo: { type: EntryType.fifo },
      socket: { type: EntryType.socket },
      device: { type: EntryType.characterDevice, content: { major: 1, minor: 70_000 } },
    })
    const target = temporaryDirectory()
    const { problems } = await restoreHere(fixture, target)
    if (problems.length > 0) expect(problems[0]!.message).toMatch(/EPERM|koffi/)
    else {
      const stat = (name: string) => fs.lstatSync(path.join(target, name))
      expect([stat('fifo').isFIFO(), stat('socket').isSocket()]).toEqual([true, true])
      expect([stat('device').isCharacterDevice(), stat('device').rdev]).toEqual([true, 0x11100170])
    }
  })

  it("places a directory's contents or a single file directly in the target", async () => {
    await using fixture = await RepositoryFixture.create()
    await fixture.snapshot({ 'a/b/file': 'x', 'a/other': 'y', 'a/b/c/deep': 'z' })
    const [first, second] = [temporaryDirectory(), temporaryDirectory()]
    await restoreHere(fixture, first, { snapshot: 'latest:a/b' })
    await restoreHere(fixture, second, { snapshot: 'latest:/a/b/file' })
    expect(pathsBelow(first)).toEqual(['c/', 'c/deep', 'file'])
    expect(pathsBelow(second)).toEqual(['file'])
    await expect(restoreHere(fixture, first, { snapshot: 'latest:a/x' })).rejects.toMatchObject({
      code: 'not-found',
    })
  })

  it('takes what patterns include and leaves what they exclude', async () => {
    await using fixture = await RepositoryFixture.create()
    await fixture.snapshot({
      'a/x.txt': '1',
      'a/x.bin': '2',
      'b/sub/y.txt': '3',
      'c/z.bin': '4',
      'b/no/y.txt': '5',
    })
    const target = temporaryDirectory()
    await restoreHere(fixture, target, { include: ['*.txt'], exclude: ['no/'] })
    expect(pathsBelow(target)).toEqual(['a/', 'a/x.txt', 'b/', 'b/sub/', 'b/sub/y.txt'])
    const anchored = temporaryDirectory()
    await restoreHere(fixture, anchored, { include: ['/b/sub'] })
    expect(pathsBelow(anchored)).toEqual(['b/', 'b/sub/', 'b/sub/y.txt'])
  })

  it('brings holes back as holes, allocates other zeros, and makes every zero a hole when asked', async () => {
    await using fixture = await RepositoryFixture.create({ chunkBytes: 100_000 })
    const data = Buffer.concat([noise(8192), Buffer.alloc(65_536), noise(8192)])
    await fixture.snapshot({
      holey: { file: [noise(4096), { zeros: 1_000_000 }, 'end'], holes: [4096, 1_000_000] },
      zeros: { file: [{ zeros: 1_000_000 }, 'end'] },
      within: { file: [data], holes: [8192, 65_536] },
      data: { file: [data] },
      tail: { file: ['x', { zeros: 500_000 }], holes: [1, 500_000] },
    })
    const allocated = (target: string, name: string) => {
      const { blocks, size } = fs.statSync(path.join(target, name))
      return { kept: blocks * 512 >= size, size }
    }
    const [plain, sparse] = [temporaryDirectory(), temporaryDirectory()]
    await restoreHere(fixture, plain, { verify: true })
    const report = await restoreHere(fixture, sparse, { sparse: true, verify: true })
    const names = ['holey', 'zeros', 'within', 'data', 'tail']
    expect(names.map((name) => allocated(plain, name).kept)).toEqual([false, true, false, true, false])
    expect(names.map((name) => allocated(sparse, name).kept)).toEqual([false, false, false, false, false])
    expect(names.map((name) => allocated(sparse, name).size)).toEqual([
      1_004_099, 1_000_003, 81_920, 81_920, 500_001,
    ])
    for (const name of names)
      expect(fs.readFileSync(path.join(plain, name)).equals(fs.readFileSync(path.join(sparse, name)))).toBe(
        true,
      )
    expect(report.problems).toEqual([])
  })

  it('drops setuid and setgid where owners are not restored', async () => {
    await using fixture = await RepositoryFixture.create()
    const foreign = {
      uid: 54_321,
      gid: 54_321,
      user: '' as ByteString,
      group: '' as ByteString,
      mode: 0o6755,
    }
    await fixture.snapshot({
      foreign: { file: ['x'], ...foreign },
      own: { file: ['x'], ...own, mode: 0o6755 },
    })
    const target = temporaryDirectory()
    await restoreHere(fixture, target, { noOwnership: true })
    const mode = (name: string) => fs.statSync(path.join(target, name)).mode & 0o7777
    expect([mode('foreign'), mode('own')]).toEqual([0o755, 0o6755])
    expect(fs.statSync(path.join(target, 'foreign')).uid).toBe(process.geteuid!())
  })

  it('tells of each entry what it does, and does nothing in a dry run', async () => {
    await using fixture = await RepositoryFixture.create()
    await fixture.snapshot({ 'a/file': 'x', link: symlink('a') })
    const target = path.join(temporaryDirectory(), 'target')
    expect(await actionsOf(fixture, target, { dryRun: true })).toEqual({
      a: 'created',
      'a/file': 'created',
      link: 'created',
    })
    expect(fs.existsSync(target)).toBe(false)
  })
})
