import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKeyFile, readKeyFile } from '../../../src/cli/secret/key-file.js'
import { readSecretLine } from '../../../src/cli/secret/secret-file.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varve-secret-'))
})
afterAll(() => rm(folder, { recursive: true }))

const file = async (name: string, content: string | Uint8Array): Promise<string> => {
  await writeFile(join(folder, name), content)
  return join(folder, name)
}

describe('a password file', () => {
  it.each([
    ['one line', 'secret', 'secret'],
    ['a line end', 'secret\n', 'secret'],
    ['a line end of Windows', 'secret\r\n', 'secret'],
    ['more lines', 'secret\nother\n', 'secret'],
    ['spaces, which belong to it', ' se cret \n', ' se cret '],
  ])('with %s gives its first line', async (_, content, password) => {
    expect(await readSecretLine(await file('password', content), 'password')).toBe(password)
  })

  it('that is empty, or no text, is refused', async () => {
    await expect(readSecretLine(await file('empty', '\nx'), 'password')).rejects.toThrow('is empty')
    await expect(readSecretLine(await file('binary', Buffer.of(0xff)), 'password')).rejects.toThrow(
      'not UTF-8',
    )
  })

  it('of a gigabyte is refused without being read', async () => {
    const large = await file('large', '')
    await truncate(large, 2 ** 30)
    await expect(readSecretLine(large, 'password')).rejects.toThrow('larger than 64 KiB')
  })

  it('may be a pipe, of which no more than 64 KiB are read', async () => {
    const pipe = join(folder, 'pipe')
    execFileSync('sh', ['-c', 'mkfifo "$0"', pipe])
    const [password] = await Promise.all([readSecretLine(pipe, 'password'), writeFile(pipe, 'piped\n')])
    expect(password).toBe('piped')
    const endless = writeFile(pipe, Buffer.alloc(1024 * 1024, 'a')).catch(() => undefined)
    await expect(readSecretLine(pipe, 'password')).rejects.toThrow('larger than 64 KiB')
    await endless
  })

  it('that is not there, or a directory, is named', async () => {
    await expect(readSecretLine(join(folder, 'none'), 'password')).rejects.toThrow(
      'none cannot be read: there is no such file',
    )
    await expect(readSecretLine(folder, 'password')).rejects.toThrow('is a directory')
  })
})

describe('a key file', () => {
  it('holds 32 bytes, or 64 hexadecimal digits', async () => {
    const key = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 8))
    expect(await readKeyFile(await file('raw', key))).toEqual(key)
    expect(await readKeyFile(await file('hex', `${key.toString('hex').toUpperCase()}\n`))).toEqual(key)
  })

  it('with anything else is refused', async () => {
    for (const content of ['', 'short', 'g'.repeat(64), Buffer.alloc(33)]) {
      await expect(readKeyFile(await file('bad', content))).rejects.toThrow('is not a key file')
    }
  })

  it('is made for its owner alone, and never over another file', async () => {
    const made = join(folder, 'made')
    expect(await createKeyFile(made)).toBe(true)
    expect((await stat(made)).mode & 0o777).toBe(0o600)
    expect(await readKeyFile(made)).toHaveLength(32)
    const before = await readFile(made)
    expect(await createKeyFile(made)).toBe(false)
    expect(await readFile(made)).toEqual(before)
  })
})
