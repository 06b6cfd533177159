import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import type { ByteString } from '../../../dist/bytes/byte-string.js'
import { closeFile } from '../../../dist/filesystem/read-file.js'
import { filesOpenOf } from '../../../dist/operations/backup/read-concurrency.js'
import { OpenAhead } from '../../../dist/workers/open-ahead.js'
import { Scene } from './scene.js'

const { openSync } = fs
afterEach(() => {
  fs.openSync = openSync
})

const openBelow = (folder: string): number =>
  fs.readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return fs.readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder)
    } catch {
      return false
    }
  }).length

const filesOf = async (scene: Scene, count: number): Promise<ByteString[]> => {
  const paths: ByteString[] = []
  for (let file = 0; file < count; file++)
    paths.push((await scene.write(`file ${file}`, randomBytes(100 + file))) as ByteString)
  return paths
}

/** The size of each file, or the code of what opening it threw, in turn; `look` before each is closed. */
const taken = (ahead: OpenAhead, count: number, look = () => {}): unknown[] =>
  Array.from({ length: count }, () => {
    try {
      const { fd, stat } = ahead.take()
      look()
      closeFile(fd)
      return stat.sizeBytes
    } catch (error) {
      return (error as NodeJS.ErrnoException).code
    }
  })

describe('files opened ahead of their turn', () => {
  it('come in order, and what opening one threw comes at its turn', async () => {
    await using scene = await Scene.make()
    const paths = await filesOf(scene, 9)
    fs.rmSync(paths[4]!)
    fs.rmSync(paths[7]!)
    fs.mkdirSync(paths[7]!)
    for (const openMax of [1, 2, 5, 100])
      expect(taken(new OpenAhead(paths, openMax), 9), `${openMax} at once`).toEqual([
        100,
        101,
        102,
        103,
        'ENOENT',
        105,
        106,
        'source',
        108,
      ])
  })

  it('are never more than were asked for, and none is open at the end', async () => {
    await using scene = await Scene.make()
    const paths = await filesOf(scene, 20)
    const open: number[] = []
    taken(new OpenAhead(paths, 6), 20, () => open.push(openBelow(scene.source)))
    expect(Math.max(...open)).toBe(6)
    expect(openBelow(scene.source)).toBe(0)
  })

  it('are closed where nobody takes them any more', async () => {
    await using scene = await Scene.make()
    const paths = await filesOf(scene, 8)
    fs.rmSync(paths[2]!)
    const ahead = new OpenAhead(paths, 5)
    closeFile(ahead.take().fd)
    expect(openBelow(scene.source)).toBe(3)
    ahead.close()
    expect(openBelow(scene.source)).toBe(0)
  })

  it('are opened at their turn where descriptors ran out before', async () => {
    await using scene = await Scene.make()
    const paths = await filesOf(scene, 8)
    fs.openSync = ((...args: Parameters<typeof fs.openSync>) => {
      if (openBelow(scene.source) >= 3)
        throw Object.assign(new Error('too many'), { code: 'EMFILE', syscall: 'open' })
      return openSync(...args)
    }) as typeof fs.openSync
    const sizes = taken(new OpenAhead(paths, 8), 8)
    fs.openSync = openSync
    expect(sizes).toEqual(paths.map((_, file) => 100 + file))
  })
})

describe('how many files each thread opens', () => {
  it('shares the wish among the threads, and each has at least one', () => {
    expect(filesOpenOf(32, 4)).toBe(8)
    expect(filesOpenOf(3, 4)).toBe(1)
    expect(filesOpenOf(1, 1)).toBe(1)
  })

  it('is refused where it is no number of files', () => {
    for (const wrong of [0, -1, 1.5, Number.NaN])
      expect(() => filesOpenOf(wrong, 2)).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
  })
})
