import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod } from 'node:fs/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { StagedFileWriter } from '../../src/backend/staged-file-writer.js'
import { filesBelow, freshHex, localBackend, temporaryPlace } from './temporary-place.js'

/** Mounts a small file system of its own, or says why that is not possible here. */
const mountSmall = async (): Promise<string | undefined> => {
  const place = await temporaryPlace()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', place], { stdio: 'pipe' })
  } catch (error) {
    console.warn(
      `not tested: mounting a small file system is not permitted here (${String(error).split('\n')[0]})`,
    )
    return undefined
  }
  onTestFinished(() => void execFileSync('umount', ['--lazy', place]))
  return place
}

const megabytes = (count: number): Buffer => randomBytes(count * 1_000_000)

describe('A full file system', () => {
  it('is told as no-space with the place and a hint, and the partial temporary is gone', async (context) => {
    const place = await mountSmall()
    if (place === undefined) return context.skip()
    const backend = await localBackend(place)
    await backend.create('index/a', Buffer.from('kept'))
    const failing = backend.create(`packs/${freshHex()}`, megabytes(2))
    await expect(failing).rejects.toMatchObject({ code: 'no-space', hint: expect.stringContaining('space') })
    await expect(failing).rejects.toThrow(place)
    expect(await filesBelow(place)).toEqual(['index/a'])
    expect(String(await backend.read('index/a'))).toBe('kept')
    await backend.create(`packs/${freshHex()}`, Buffer.alloc(500_000))
  })

  it('is told to the thread that fills a staging file, which can then be discarded', async (context) => {
    const place = await mountSmall()
    if (place === undefined) return context.skip()
    const backend = await localBackend(place)
    const path = await backend.openStaging('packs')
    const writer = new StagedFileWriter(path)
    expect(() => writer.append(megabytes(2))).toThrow(expect.objectContaining({ code: 'no-space' }))
    writer.discard()
    writer.discard()
    await backend.discardStaged(path)
    expect(await filesBelow(place)).toEqual([])
    await backend.create(`packs/${freshHex()}`, Buffer.alloc(500_000))
  })
})

describe('A read-only file system', () => {
  it('can be read, and every change is told as read-only with a hint', async (context) => {
    const place = await mountSmall()
    if (place === undefined) return context.skip()
    await (await localBackend(place)).create('index/a', Buffer.from('kept'))
    execFileSync('mount', ['-o', 'remount,ro', place])
    const backend = await localBackend(place)
    expect(String(await backend.read('index/a'))).toBe('kept')
    expect(String(await backend.readRange('index/a', 1, 2))).toBe('ep')
    expect(await backend.listFolders()).toEqual(['index'])
    const expected = { code: 'read-only', hint: expect.stringContaining('read-only') }
    await expect(backend.create('index/b', Buffer.from('x'))).rejects.toMatchObject(expected)
    await expect(backend.create(`packs/${freshHex()}`, Buffer.from('x'))).rejects.toMatchObject(expected)
    await expect(backend.openStaging('packs')).rejects.toMatchObject(expected)
    await expect(backend.remove('index/a')).rejects.toMatchObject(expected)
  })

  it.skipIf(process.getuid?.() === 0)('a folder without permission to write is read-only too', async () => {
    const backend = await localBackend()
    await chmod(backend.location, 0o500)
    await expect(backend.create('config', Buffer.from('x'))).rejects.toMatchObject({ code: 'read-only' })
    await chmod(backend.location, 0o700)
  })
})

describe('A folder on another file system', () => {
  it('receives objects all the same', async (context) => {
    const other = await mountSmall()
    if (other === undefined) return context.skip()
    const { mkdir, symlink } = await import('node:fs/promises')
    const backend = await localBackend()
    const id = freshHex()
    await mkdir(`${backend.location}/packs`)
    await symlink(other, `${backend.location}/packs/${id.slice(0, 2)}`)
    await backend.create(`packs/${id}`, Buffer.from('from afar'))
    await expect(backend.create(`packs/${id}`, Buffer.from('again'))).rejects.toMatchObject({
      code: 'exists',
    })
    expect(String(await backend.read(`packs/${id}`))).toBe('from afar')
    expect(await filesBelow(other)).toEqual([id])
    expect((await filesBelow(`${backend.location}/packs`)).filter((file) => file.includes('.tmp'))).toEqual(
      [],
    )
  })
})
