import { describe, expect, it } from 'vitest'
import { DirectorySync } from '../../src/backend/directory-sync.js'
import { temporaryPlace } from './temporary-place.js'

describe('A directory sync', () => {
  it('is shared by those who come while another runs, but never joined after it began', async () => {
    const place = await temporaryPlace()
    const directories = new DirectorySync()
    const first = directories.sync(place)
    const second = directories.sync(place)
    const third = directories.sync(place)
    expect(second).not.toBe(first)
    expect(third).toBe(second)
    await first
    const fourth = directories.sync(place)
    await second
    const fifth = directories.sync(place)
    expect(fifth).not.toBe(second)
    await Promise.all([fourth, fifth])
  })

  it('that failed fails those who waited for it, and not those who come later', async () => {
    const place = await temporaryPlace()
    const directories = new DirectorySync()
    await expect(directories.sync(`${place}/absent`)).rejects.toMatchObject({ code: 'ENOENT' })
    const { mkdir } = await import('node:fs/promises')
    const failing = directories.sync(`${place}/late`)
    const next = failing.catch(() => mkdir(`${place}/late`)).then(() => directories.sync(`${place}/late`))
    await expect(next).resolves.toBeUndefined()
  })
})
