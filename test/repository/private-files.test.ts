import { randomBytes } from 'node:crypto'
import { lstatSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Repository } from '../../dist/index.js'
import { temporaryDirectory } from '../filesystem/temporary-directory.js'

let before = 0
beforeEach(() => {
  before = process.umask(0)
})
afterEach(() => {
  process.umask(before)
})

/** Every file and folder below, with its permissions. */
const modesBelow = (folder: string): [string, number][] =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => {
    const path = join(entry.parentPath, entry.name)
    return [entry.isDirectory() ? `${path}/` : path, lstatSync(path).mode & 0o777]
  })

describe('With a umask that hides nothing', () => {
  it('repository and cache are for their owner alone: folders 0700, files readable by nobody else', async () => {
    const place = temporaryDirectory()
    const [location, cacheDirectory, source] = ['repository', 'cache', 'source'].map((name) =>
      join(place, name),
    )
    const secret = { kind: 'key-file', key: randomBytes(32) } as const
    const options = { location: location!, cacheDirectory: cacheDirectory!, secret, workers: 1 }
    const { repository } = await Repository.init(options)
    await using opened = repository
    writeFileSync(source!, randomBytes(100_000))
    await opened.backup({ paths: [source!] })
    await opened.check({ readData: true })
    for (const folder of [location!, cacheDirectory!]) {
      expect(lstatSync(folder).mode & 0o777, folder).toBe(0o700)
      const modes = modesBelow(folder)
      expect(modes.length).toBeGreaterThan(3)
      for (const [path, mode] of modes) {
        if (path.endsWith('/')) expect(mode, path).toBe(0o700)
        else expect(mode & 0o077, path).toBe(0)
      }
    }
  })
})
