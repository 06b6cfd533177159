import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Repository } from '../../dist/index.js'

const options = { secret: { kind: 'key-file', key: Buffer.alloc(32, 7) }, noCache: true } as const

let place: string
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'varve-no-cache-'))
  vi.stubEnv('TMPDIR', place)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(place, { recursive: true, force: true })
})

describe('A repository that is opened without a cache', () => {
  it('keeps its copy of the index until it is closed', async () => {
    const location = join(place, 'repository')
    const { repository } = await Repository.init({ ...options, location })
    writeFileSync(join(place, 'file'), 'content')
    await repository.backup({ paths: [join(place, 'file')] })
    expect(readdirSync(place)).toHaveLength(3)
    await repository.close()
    expect(readdirSync(place).sort()).toEqual(['file', 'repository'])
  })

  it('leaves nothing behind where it does not open', async () => {
    await expect(Repository.open({ ...options, location: place })).rejects.toMatchObject({
      code: 'no-repository',
    })
    expect(readdirSync(place)).toEqual([])
  })
})
