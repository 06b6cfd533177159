import { execFileSync } from 'node:child_process'
import { mkdir, readFile, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openObjectFileSync } from '../../src/backend/regular-file.js'
import { StagedFileWriter } from '../../src/backend/staged-file-writer.js'
import { filesBelow, freshHex, localBackend, temporaryPlace } from './temporary-place.js'

const namesIn = async (
  backend: Awaited<ReturnType<typeof localBackend>>,
  folder: string,
): Promise<string[]> => {
  const names: string[] = []
  for await (const { name } of backend.list(folder)) names.push(name)
  return names
}

describe('A local backend', () => {
  it('puts a pack under the first two digits of its id, and other objects directly in their folder', async () => {
    const backend = await localBackend()
    const id = freshHex()
    await backend.create(`packs/${id}`, Buffer.from('pack'))
    await backend.create('keyring/1', Buffer.from('keyring'))
    await backend.create('config', Buffer.from('config'))
    expect(await filesBelow(backend.location)).toEqual([
      'config',
      'keyring/1',
      `packs/${id.slice(0, 2)}/${id}`,
    ])
    expect(await readFile(backend.localPathOf(`packs/${id}`), 'utf8')).toBe('pack')
  })

  it('works where the repository is a symbolic link to a folder', async () => {
    const place = await temporaryPlace()
    await mkdir(join(place, 'real'))
    await symlink('real', join(place, 'link'))
    const backend = await localBackend(join(place, 'link'))
    await backend.create('index/a', Buffer.from('x'))
    expect(await filesBelow(join(place, 'real'))).toEqual(['index/a'])
  })

  it('follows a symbolic link in the place of a folder', async () => {
    const place = await temporaryPlace()
    const elsewhere = await temporaryPlace()
    await symlink(elsewhere, join(place, 'packs'))
    const backend = await localBackend(place)
    const name = `packs/${freshHex()}`
    await backend.create(name, Buffer.from('x'))
    expect(await namesIn(backend, 'packs')).toEqual([name])
    expect(await backend.listFolders()).toEqual(['packs'])
  })

  it('takes a folder whose link leads nowhere for a failure, not for empty', async () => {
    const place = await temporaryPlace()
    await symlink('/nothing/is/mounted/here', join(place, 'packs'))
    const backend = await localBackend(place)
    await expect(namesIn(backend, 'packs')).rejects.toMatchObject({ code: 'backend' })
    await expect(backend.listFolders()).rejects.toMatchObject({ code: 'backend' })
  })

  it('takes a repository that has gone for a failure, not for empty', async () => {
    const place = await temporaryPlace()
    const backend = await localBackend(place)
    await rm(place, { recursive: true })
    await expect(namesIn(backend, 'packs')).rejects.toMatchObject({ code: 'backend' })
  })

  it('does not list temporaries, foreign files, packs under a wrong prefix, or what is no regular file', async () => {
    const backend = await localBackend()
    const id = freshHex()
    await backend.create(`packs/${id}`, Buffer.from('x'))
    const prefix = join(backend.location, 'packs', id.slice(0, 2))
    await writeFile(join(prefix, '.tmp-00ff'), '')
    await writeFile(join(prefix, 'notes.txt'), '')
    await writeFile(join(backend.location, 'packs', freshHex()), '')
    await writeFile(join(prefix, `${id.startsWith('00') ? '11' : '00'}${id.slice(2)}`), '')
    await mkdir(join(prefix, `${id.slice(0, 2)}${'0'.repeat(62)}`))
    await mkdir(join(backend.location, 'lost+found'))
    expect(await namesIn(backend, 'packs')).toEqual([`packs/${id}`])
    expect(await backend.listFolders()).toEqual(['packs'])
  })

  it('calls a fifo, a folder and a symbolic link in an object’s place corrupt, and does not hang', async () => {
    const backend = await localBackend()
    await mkdir(join(backend.location, 'index', 'folder'), { recursive: true })
    execFileSync('mkfifo', [join(backend.location, 'index', 'fifo')])
    await symlink('/etc/passwd', join(backend.location, 'index', 'link'))
    for (const name of ['index/fifo', 'index/folder', 'index/link']) {
      await expect(backend.read(name)).rejects.toMatchObject({ code: 'corrupt', object: name })
      await expect(backend.readRange(name, 0, 1)).rejects.toMatchObject({ code: 'corrupt' })
      await expect(backend.size(name)).rejects.toMatchObject({ code: 'corrupt' })
    }
    expect(() => openObjectFileSync(backend.localPathOf('index/fifo'), 'index/fifo')).toThrow(
      'not a regular file',
    )
  })

  it('calls an object that became shorter while it was open corrupt', async () => {
    const backend = await localBackend()
    await backend.create('index/a', Buffer.alloc(100))
    await backend.readRange('index/a', 0, 100)
    await truncate(backend.localPathOf('index/a'), 50)
    await expect(backend.readRange('index/a', 0, 100)).rejects.toMatchObject({ code: 'corrupt' })
  })

  it('reads many more objects at once than it keeps open, and closes all of them', async () => {
    const backend = await localBackend()
    const names = Array.from({ length: 300 }, () => `packs/${freshHex()}`)
    await Promise.all(names.map((name) => backend.create(name, Buffer.from(name))))
    const openBefore = (await openDescriptors()).length
    const all = await Promise.all([...names, ...names].map((name) => backend.readRange(name, 0, 70)))
    expect(all.map(String)).toEqual([...names, ...names])
    expect((await openDescriptors()).length - openBefore).toBeLessThanOrEqual(64)
    await backend[Symbol.asyncDispose]()
    expect((await openDescriptors()).length).toBe(openBefore)
  })

  it('publishes many staging files at the same time', async () => {
    const backend = await localBackend()
    const made = await Promise.all(
      Array.from({ length: 30 }, async () => {
        const path = await backend.openStaging('packs')
        const writer = new StagedFileWriter(path)
        const id = freshHex()
        writer.append(Buffer.from(id))
        writer.close()
        await backend.publishStaged(path, `packs/${id}`, writer.sizeBytes)
        return `packs/${id}`
      }),
    )
    expect((await namesIn(backend, 'packs')).sort()).toEqual(made.sort())
    expect((await filesBelow(backend.location)).length).toBe(30)
  })

  it('removes the staging files that are left when it is disposed of', async () => {
    const backend = await localBackend()
    await backend.openStaging('packs')
    await backend[Symbol.asyncDispose]()
    expect(await filesBelow(backend.location)).toEqual([])
  })
})

describe('Clearing abandoned temporaries', () => {
  it('removes young ones of a process of this machine that has ended, and none of one that lives', async () => {
    const backend = await localBackend()
    const own = basename(await backend.openStaging('packs'))
    const [, space, processId] = /^\.tmp-[0-9a-f]{24}-([0-9a-f]{16})-(\d+)$/.exec(own) ?? []
    expect(Number(processId)).toBe(process.pid)
    const ended = execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }).trim()
    const other = space!.replace(/./g, (digit) => (digit === '0' ? '1' : '0'))
    const left = `packs/.tmp-01-${space}-${ended}`
    const kept = [
      `packs/.tmp-02-${space}-${process.ppid}`,
      `packs/.tmp-03-${other}-${ended}`,
      'packs/.tmp-04',
      `packs/.tmp-05-${space}-${process.pid}`,
    ]
    for (const path of [left, ...kept]) await writeFile(join(backend.location, path), 'torn')
    expect(await backend.clearAbandonedTemporaries(1_000_000, Date.now())).toBe(1)
    expect(await filesBelow(backend.location)).toEqual([`packs/${own}`, ...kept].sort())
  })

  it('removes those left unchanged for the time given, wherever they lie, and nothing else', async () => {
    const backend = await localBackend()
    const id = freshHex()
    await backend.create(`packs/${id}`, Buffer.from('x'))
    await backend.create('index/a', Buffer.from('x'))
    const old = [
      '.tmp-01',
      'index/.tmp-02',
      'packs/.tmp-03',
      `packs/${id.slice(0, 2)}/.tmp-04`,
      'index/.other',
    ]
    for (const path of [...old, 'index/.tmp-05']) await writeFile(join(backend.location, path), 'torn')
    for (const path of [...old, 'index/a']) await utimes(join(backend.location, path), 1000, 1000)
    await utimes(join(backend.location, 'index/.tmp-05'), 1999, 1999)
    expect(await backend.clearAbandonedTemporaries(1_000_000, 2_000_000)).toBe(4)
    expect(await filesBelow(backend.location)).toEqual(
      ['index/.other', 'index/.tmp-05', 'index/a', `packs/${id.slice(0, 2)}/${id}`].sort(),
    )
  })
})

const openDescriptors = async (): Promise<string[]> => {
  const { readdirSync } = await import('node:fs')
  return readdirSync('/proc/self/fd')
}
