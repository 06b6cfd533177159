import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { MemoryBackend } from '../../../src/backend/memory-backend.js'
import { openLocalBackend } from '../../../src/backend/open-local-backend.js'
import { temporaryDirectory } from '../../filesystem/temporary-directory.js'
import { RepositoryFixture } from '../../repository-fixture.js'
import { pathsBelow, read, restoreHere } from './restored.js'

/** Flips a bit of every block that is read, as long as `isDamaged`. */
class DamagedBackend extends MemoryBackend {
  isDamaged = (_name: string, _offset: number): boolean => false

  override async readRange(name: string, offset: number, length: number): Promise<Buffer> {
    const bytes = await super.readRange(name, offset, length)
    if (this.isDamaged(name, offset)) bytes[bytes.length >> 1]! ^= 1
    return bytes
  }
}

describe('Where stored data is damaged, a restore', () => {
  it('leaves out the files that need it, names them, and restores the rest', async () => {
    const backend = await openLocalBackend(path.join(temporaryDirectory(), 'repository'), {
      randomBytes,
      create: true,
    })
    await using fixture = await RepositoryFixture.create({ backend, chunkBytes: 200_000 })
    const files = Object.fromEntries([0, 1, 2, 3, 4, 5].map((n) => [`d/file${n}`, randomBytes(600_000)]))
    await fixture.snapshot({ ...files, 'd/large': randomBytes(6_000_000), 'd/small': 'small' })
    const packs = pathsBelow(path.join(backend.location, 'packs')).filter((name) => !name.endsWith('/'))
    const sizes = packs.map((name) => fs.statSync(path.join(backend.location, 'packs', name)).size)
    const largest = path.join(backend.location, 'packs', packs[sizes.indexOf(Math.max(...sizes))]!)
    fs.chmodSync(largest, 0o600)
    const fd = fs.openSync(largest, 'r+')
    fs.writeSync(fd, 'damage', 900_000)
    fs.closeSync(fd)
    const target = temporaryDirectory()
    const { problems, filesRestored } = await restoreHere(fixture, target)
    expect(problems.length).toBeGreaterThan(0)
    expect(problems.every(({ kind, path: at }) => kind === 'data' && at.startsWith('d/'))).toBe(true)
    const lost = problems.map(({ path: at }) => at)
    const names = [...Object.keys(files), 'd/large', 'd/small']
    expect(pathsBelow(target)).toEqual(['d/', ...names.filter((name) => !lost.includes(name))].sort())
    expect(filesRestored).toBe(names.length - lost.length)
    for (const [name, content] of Object.entries(files))
      if (!lost.includes(name)) expect(fs.readFileSync(path.join(target, name)).equals(content)).toBe(true)
  })

  it('tries again before it gives a file up', async () => {
    const backend = new DamagedBackend()
    await using fixture = await RepositoryFixture.create({ backend, chunkBytes: 200_000 })
    const content = randomBytes(5_000_000)
    await fixture.snapshot({ large: content, small: 'small', other: randomBytes(300_000) })
    const seen = new Set<string>()
    backend.isDamaged = (name, offset) =>
      name.startsWith('packs/') && seen.size < seen.add(`${name} ${offset}`).size
    const target = temporaryDirectory()
    const trial = async (): Promise<void> => {
      const { problems } = await restoreHere(fixture, target, { verify: true })
      expect(problems).toEqual([])
    }
    // The tree's own blocks are hit first: nothing but an error may come of that.
    await trial().catch((error: unknown) => expect(error).toMatchObject({ code: 'corrupt' }))
    await trial().catch((error: unknown) => expect(error).toMatchObject({ code: 'corrupt' }))
    await trial()
    expect(fs.readFileSync(path.join(target, 'large')).equals(content)).toBe(true)
    expect(read(target, 'small')).toBe('small')
  })
})

describe('A restore that cannot go on', () => {
  it('stops when it is told to, leaves no temporaries, and is finished by the next one', async () => {
    await using fixture = await RepositoryFixture.create({ chunkBytes: 100_000 })
    const files = Object.fromEntries(
      Array.from({ length: 600 }, (_, n) => [`d${n % 40}/f${n}`, `content ${n}`]),
    )
    await fixture.snapshot({ ...files, large: randomBytes(5_000_000) })
    const target = temporaryDirectory()
    const controller = new AbortController()
    const options = { signal: controller.signal, onEntry: () => controller.abort() }
    await expect(restoreHere(fixture, target, options)).rejects.toMatchObject({ code: 'interrupted' })
    expect(pathsBelow(target).filter((name) => name.includes('.varve'))).toEqual([])
    const { problems } = await restoreHere(fixture, target, { verify: true })
    expect(problems).toEqual([])
    expect(pathsBelow(target).filter((name) => !name.endsWith('/')).length).toBe(601)
  })

  it('says that the disk is full, and removes what is half-written', async (context) => {
    const target = temporaryDirectory()
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', target], { stdio: 'pipe' })
    } catch {
      return context.skip('mounting a small file system is not permitted here')
    }
    using _mounted = { [Symbol.dispose]: () => void execFileSync('umount', ['--lazy', target]) }
    await using fixture = await RepositoryFixture.create({ chunkBytes: 200_000 })
    for (const sizes of [[900_000, 900_000, 900_000], [5_000_000]]) {
      const linked = { links: 2, inode: 7, mount: 1 }
      const files = sizes.map((size, n) => [`file${n}`, { file: [randomBytes(size)] }])
      const last = { file: [randomBytes(sizes[0]!)], ...linked }
      await fixture.snapshot({ ...Object.fromEntries(files), 'y/first': last, 'z/second': last })
      await expect(restoreHere(fixture, target, { overwrite: 'always' })).rejects.toMatchObject({
        code: 'no-space',
        message: expect.stringContaining(target),
        hint: expect.stringContaining('space'),
      })
      expect(pathsBelow(target).filter((name) => name.includes('.varve'))).toEqual([])
    }
  })
})
