import { randomBytes } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { openLocalBackend } from '../../src/backend/open-local-backend.js'
import { freshHex, localBackend, temporaryPlace } from './temporary-place.js'

const usual = process.umask()

const modeOf = async (...path: string[]): Promise<string> =>
  ((await stat(join(...path))).mode & 0o7777).toString(8)

describe.each([0o000, 0o077, 0o277])('Under umask %i', (umask) => {
  afterEach(() => {
    process.umask(usual)
  })

  it('objects and staging files are 0600 and folders 0700', async () => {
    const place = await temporaryPlace()
    process.umask(umask)
    await (await openLocalBackend(join(place, 'new'), { randomBytes, create: true }))[Symbol.asyncDispose]()
    const backend = await localBackend(join(place, 'new'))
    const id = freshHex()
    await backend.create(`packs/${id}`, Buffer.from('x'))
    const staged = await backend.openStaging('packs')
    expect(await modeOf(staged)).toBe('600')
    expect(await modeOf(backend.localPathOf(`packs/${id}`))).toBe('600')
    for (const folder of ['', 'packs', `packs/${id.slice(0, 2)}`]) {
      expect(await modeOf(backend.location, folder)).toBe('700')
    }
  })
})
