import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { localPathOfLocation, openLocation } from '../../src/backend/open-location.js'
import { temporaryPlace } from './temporary-place.js'

describe('A location', () => {
  it.each([
    ['/srv/backup', '/srv/backup'],
    ['backup', 'backup'],
    ['./a:b', './a:b'],
    ['/a:b', '/a:b'],
    ['file:/srv/backup', '/srv/backup'],
    ['file:a:b', 'a:b'],
    ['file:///srv/my%20backup', '/srv/my backup'],
  ])('%s is the local path %s', (location, path) => {
    expect(localPathOfLocation(location)).toBe(path)
  })

  it.each([
    's3:bucket/folder',
    'sftp://user:secret@host/x',
    'user@host:/x',
    'rest:x',
    '',
    'a\0b',
    'file://host/x',
  ])('%s is refused, and no secret in it is repeated', async (location) => {
    const error = await openLocation(location, { randomBytes }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'invalid-argument', hint: expect.any(String) })
    expect(String(error)).not.toContain('secret')
  })

  it('of a folder that does not exist, or of a file, holds no repository', async () => {
    const place = await temporaryPlace()
    await writeFile(join(place, 'file'), '')
    for (const path of ['absent', 'file', 'file/below']) {
      await expect(openLocation(join(place, path), { randomBytes })).rejects.toMatchObject({
        code: 'no-repository',
      })
    }
    await expect(openLocation(join(place, 'file'), { randomBytes, create: true })).rejects.toMatchObject({
      code: 'no-repository',
    })
  })

  it('that is to be created gets its parents too, and may exist already', async () => {
    const place = await temporaryPlace()
    for (let time = 0; time < 2; time++) {
      await using backend = await openLocation(join(place, 'a', 'b'), { randomBytes, create: true })
      expect(backend.location).toBe(join(place, 'a', 'b'))
    }
  })
})
