import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type BackupReport, Repository } from '../../dist/index.js'

let place: string
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'varve-unusable-cache-'))
  mkdirSync(join(place, 'tmp'))
  vi.stubEnv('TMPDIR', join(place, 'tmp'))
  mkdirSync(join(place, 'source'))
  for (let n = 0; n < 5; n++) {
    const path = join(place, 'source', `file-${n}`)
    writeFileSync(path, `content of file ${n}`.repeat(100))
  }
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(place, { recursive: true, force: true })
})

const optionsOf = (cacheDirectory: string, onWarning?: (text: string) => void) => ({
  location: join(place, 'repository'),
  secret: { kind: 'key-file', key: Buffer.alloc(32, 7) } as const,
  cacheDirectory,
  ...(onWarning === undefined ? {} : { onWarning }),
})

describe('A cache folder that cannot be made', () => {
  it('costs time and a warning: a backup stores nothing twice, statistics are there', async () => {
    const file = join(place, 'a-file')
    writeFileSync(file, '')
    const good = join(place, 'cache')
    await (await Repository.init(optionsOf(good))).repository.close()
    const warnings: string[] = []
    const run = async (): Promise<BackupReport> => {
      await using repository = await Repository.open(optionsOf(file, (text) => warnings.push(text)))
      const report = await repository.backup({ paths: [join(place, 'source')] })
      // Five files, one tree node.
      expect((await repository.stats()).uniqueChunks).toBe(6)
      return report
    }
    expect(await run()).toMatchObject({ filesNew: 5 })
    warnings.length = 0
    expect(await run()).toMatchObject({ filesNew: 0, dataAddedBytes: 0 })
    expect(warnings).toEqual([
      expect.stringMatching(/^the cache folder .*a-file.* does not keep what is written: .*ENOTDIR/),
    ])
    expect(readdirSync(join(place, 'tmp'))).toEqual([])
  })

  it('is an error where nothing can be kept elsewhere either, and nothing is stored again', async () => {
    const file = join(place, 'a-file')
    writeFileSync(file, '')
    await (await Repository.init(optionsOf(join(place, 'cache')))).repository.close()
    {
      await using repository = await Repository.open(optionsOf(join(place, 'cache')))
      await repository.backup({ paths: [join(place, 'source')] })
    }
    vi.stubEnv('TMPDIR', file)
    await using repository = await Repository.open(optionsOf(file))
    await expect(repository.backup({ paths: [join(place, 'source')] })).rejects.toMatchObject({
      code: 'backend',
      message: expect.stringMatching(
        /does not keep what is written: .*ENOTDIR.*, and no other folder can be made: .*ENOTDIR/,
      ),
      hint: expect.stringContaining('--cache-dir'),
    })
    expect(await repository.snapshots()).toHaveLength(1)
  })
})
