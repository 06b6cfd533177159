import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ByteString } from '../../../src/bytes/byte-string.js'
import { EntryType } from '../../../src/format/entry.js'
import type { Snapshot } from '../../../src/format/snapshot.js'
import { archive } from '../../../src/operations/archive/archive.js'
import { TarType, tarHeaderOf } from '../../../src/operations/archive/tar-header.js'
import {
  collectBytes,
  directory,
  type PlannedTree,
  RepositoryFixture,
  symlink,
} from '../../repository-fixture.js'

const longName = `${'long '.repeat(50)}`
const large = randomBytes(300_000)
const longValue = randomBytes(70_000)
const linked = { file: ['linked'], links: 2, inode: 99, mount: 1 }

const tree: PlannedTree = {
  'a/b/file': { file: [large], mode: 0o4755, mtimeSeconds: 1_600_000_000, mtimeNanoseconds: 987_654_321 },
  'a/b': directory({ mode: 0o555, mtimeSeconds: 1_500_000_000, mtimeNanoseconds: 0 }),
  'a/aa': 'between',
  'a/z': directory({ mode: 0o700, mtimeSeconds: 1_500_000_001, mtimeNanoseconds: 0 }),
  'a/sparse': ['begin', { zeros: 100_000 }, 'end'],
  'a/empty': '',
  'a/old': { file: ['x'], mtimeSeconds: -2, mtimeNanoseconds: 750_000_000 },
  [`a/${longName}/${longName}`]: 'long',
  'a/ü': 'utf-8',
  'latin1:a/\xff\n\x01': 'bytes',
  'a/link': symlink('b/file'),
  'a/longlink': symlink(`ü${'x'.repeat(300)}`),
  'a/hard1': linked,
  'a/b/hard2': linked,
  'a/not-hard': { ...linked, file: ['other!'] },
  'a/pipe': { type: EntryType.fifo },
  'a/socket': { type: EntryType.socket },
  'a/device': { type: EntryType.characterDevice, content: { major: 1, minor: 3 } },
  'a/xattr': {
    file: ['x'],
    xattrs: [{ name: 'user.a=b%' as ByteString, value: Buffer.from([0, 10, 255]) }],
    longXattr: ['user.long', longValue],
  },
  top: 'top',
}

describe('archive', () => {
  let fixture: RepositoryFixture
  let snapshot: Snapshot
  let folder: string
  const tar = (...options: string[]) =>
    execFileSync('tar', options, { cwd: folder, env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' } }).toString(
      'latin1',
    )
  const save = async (path: string) => {
    const bytes = await collectBytes(archive(fixture.store, `${snapshot.id}:${path}`))
    writeFileSync(join(folder, 'archive.tar'), bytes)
    return bytes
  }

  beforeAll(async () => {
    fixture = await RepositoryFixture.create()
    snapshot = await fixture.snapshot(tree)
    folder = mkdtempSync(join(tmpdir(), 'varve-archive-'))
  })
  afterAll(async () => {
    await fixture[Symbol.asyncDispose]()
    execFileSync('chmod', ['-R', 'u+w', folder])
    rmSync(folder, { recursive: true })
  })

  it('is what GNU tar lists, each directory directly before what is in it', async () => {
    await save('')
    const lines = tar('-tvf', 'archive.tar', '--numeric-owner', '--full-time').trimEnd().split('\n')
    const member = (name: string) => lines.find((line) => line.includes(` ./${name}`))
    expect(member('a/b/file')).toMatch(/^-rwsr-xr-x 1000\/1000 +300000 2020-09-13 12:26:40\.987654321 /)
    expect(member('a/b/hard2')).toMatch(/^hrw-r--r-- .* \.\/a\/b\/hard2 link to \.\/a\/hard1$/)
    expect(member('a/not-hard')).toMatch(/^-/)
    expect(member('a/link')).toMatch(/^l.* -> b\/file$/)
    expect(member('a/pipe')).toMatch(/^p/)
    expect(member('a/device')).toMatch(/^c.* 1,3 /)
    expect(member('a/socket')).toBeUndefined()
    const names = lines.map((line) => line.slice(line.indexOf(' ./') + 1))
    expect(names.indexOf('./a/b/file')).toBe(names.indexOf('./a/b/') + 1)
    expect(names.indexOf('./a/z/')).toBe(names.length - 1)
  })

  it('comes out of GNU tar byte for byte, with modes, times and names that are not text', async () => {
    await save('a')
    const out = join(folder, 'out')
    mkdirSync(out)
    tar('-xpf', 'archive.tar', '-C', out, '--exclude=./device', '--no-same-owner')
    const read = (name: string | Buffer) =>
      readFileSync(Buffer.concat([Buffer.from(`${out}/`), Buffer.from(name)]))
    expect(read('b/file').equals(large)).toBe(true)
    expect(
      read('sparse').equals(Buffer.concat([Buffer.from('begin'), Buffer.alloc(100_000), Buffer.from('end')])),
    ).toBe(true)
    expect(read(`${longName}/${longName}`).toString()).toBe('long')
    expect(read('ü').toString()).toBe('utf-8')
    expect(read(Buffer.from('\xff\n\x01', 'latin1')).toString()).toBe('bytes')
    expect(readlinkSync(join(out, 'longlink'))).toBe(`ü${'x'.repeat(300)}`)
    expect(lstatSync(join(out, 'hard1')).ino).toBe(lstatSync(join(out, 'b/hard2')).ino)
    expect(lstatSync(join(out, 'not-hard')).ino).not.toBe(lstatSync(join(out, 'hard1')).ino)
    expect(lstatSync(join(out, 'b/file'), { bigint: true }).mtimeNs).toBe(1_600_000_000_987_654_321n)
    expect(lstatSync(join(out, 'old'), { bigint: true }).mtimeNs).toBe(-1_250_000_000n)
    expect(lstatSync(join(out, 'b'), { bigint: true }).mtimeNs).toBe(1_500_000_000_000_000_000n)
    expect(lstatSync(join(out, 'b')).mode & 0o7777).toBe(0o555)
    expect(lstatSync(join(out, 'z')).mode & 0o7777).toBe(0o700)
    expect(lstatSync(join(out, 'pipe')).isFIFO()).toBe(true)
    expect(readdirSync(join(out, 'z'))).toEqual([])
  })

  it('keeps extended attributes as star, GNU tar and libarchive know them', async () => {
    const bytes = await save('a/xattr')
    expect(bytes.includes('SCHILY.xattr.user.a%3Db%25=\0\n\xff\n', 0, 'latin1')).toBe(true)
    expect(bytes.includes(longValue)).toBe(true)
    expect(tar('--xattrs', '-tvvf', 'archive.tar')).toMatch(
      / xattr\n +x: +3 user\.a=b%\n +x: +70000 user\.long\n$/,
    )
  })

  it('names a single file by its name', async () => {
    await save('a/b/file')
    expect(tar('-tf', 'archive.tar')).toBe('file\n')
  })

  it('begins with the root where its attributes are known, and is a whole archive where nothing is below', async () => {
    const time = { seconds: 1_500_000_000, nanoseconds: 0 }
    const owner = { uid: 1, gid: 2, user: '' as ByteString, group: '' as ByteString, xattrs: [] }
    const { id } = await fixture.snapshot(
      {},
      { rootAttributes: { mode: 0o750, mtime: time, ctime: time, ...owner } },
    )
    writeFileSync(join(folder, 'archive.tar'), await collectBytes(archive(fixture.store, id)))
    expect(tar('-tvf', 'archive.tar')).toMatch(/^drwxr-x--- 1\/2 +0 2017-07-14 02:40 \.\/\n$/)
  })

  it('fails where there is nothing', async () => {
    await expect(save('none')).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('tarHeaderOf', () => {
  const member = {
    path: 'f' as ByteString,
    type: TarType.file,
    mode: 0o644,
    uid: 0,
    gid: 0,
    user: '' as ByteString,
    group: '' as ByteString,
    sizeBytes: 0,
    mtimeSeconds: 0,
    mtimeNanoseconds: 0,
    linkTarget: '' as ByteString,
    major: 0,
    minor: 0,
    xattrs: [],
  }
  const list = (header: Buffer) =>
    execFileSync('tar', ['-tvf', '-', '--numeric-owner', '--full-time'], {
      input: Buffer.concat([header, Buffer.alloc(1024)]),
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
    }).toString()

  it('needs a single block where the old fields hold everything', () => {
    expect(tarHeaderOf(member)).toHaveLength(512)
  })

  it('holds owners and times beyond the old fields', () => {
    const header = tarHeaderOf({ ...member, uid: 4_000_000_000, gid: 3_000_000, mtimeSeconds: 2 ** 33 })
    expect(list(header)).toMatch(/^-rw-r--r-- 4000000000\/3000000 +0 2242-03-16 12:56:32 f\n$/)
  })

  it('holds sizes above 8 GiB', () => {
    const header = tarHeaderOf({ ...member, sizeBytes: 2 ** 33 })
    expect(header.includes('size=8589934592\n')).toBe(true)
    expect(header).toHaveLength(3 * 512)
  })

  it('counts the digits of a record in its length, also where they make it longer', () => {
    for (let length = 80; length < 110; length++) {
      const header = tarHeaderOf({ ...member, path: 'ü'.padEnd(length, 'x').padEnd(101, 'y') as ByteString })
      const text = header.subarray(512).toString('latin1')
      const size = Number.parseInt(text, 10)
      expect(text[size - 1]).toBe('\n')
    }
  })
})
