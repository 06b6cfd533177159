import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Repository } from '../../src/index.js'

const secret = { kind: 'key-file', key: new Uint8Array(32).fill(7) } as const
let folder: string
const init = async (location = folder): Promise<void> => {
  const { repository } = await Repository.init({ location, secret, noCache: true })
  await repository.close()
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'varve-init-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a repository is made in a folder that is empty, and in one that is not there', async () => {
  await init()
  await init(join(folder, 'a', 'b'))
  expect(readdirSync(join(folder, 'a', 'b'))).toContain('config')
})

test('the lost+found of a fresh disk is not in the way', async () => {
  mkdirSync(join(folder, 'lost+found'))
  await init()
})

test.each(['notes.txt', '.profile', 'Photos/a.jpg', 'keys/id_rsa', 'keyring/of.somebody'])(
  'init leaves a folder alone that is no repository and has %s',
  async (name) => {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), 'mine')
    const before = readdirSync(folder, { recursive: true })
    const hint = expect.stringContaining('empty folder')
    const message = expect.stringContaining(name.split('/').at(name.startsWith('k') ? 1 : 0)!)
    await expect(init()).rejects.toMatchObject({ code: 'in-the-way', message, hint })
    expect(readdirSync(folder, { recursive: true })).toEqual(before)
    expect(readFileSync(join(folder, name), 'utf8')).toBe('mine')
  },
)

test('nobody is asked for a secret where no repository can be made', async () => {
  writeFileSync(join(folder, 'mine'), '')
  const asked = async (): Promise<never> => {
    throw new Error('asked')
  }
  await expect(Repository.init({ location: folder, secret: asked })).rejects.toMatchObject({
    code: 'in-the-way',
  })
})

test('an init that was interrupted at any step is finished by running it again', async () => {
  await init()
  for (const left of [['config'], ['config', 'config.copy'], ['config', 'config.copy', 'keyring']]) {
    for (const name of left) rmSync(join(folder, name), { recursive: true, force: true })
    writeFileSync(join(folder, '.tmp-0123456789abcdef'), 'half')
    await init()
    await (await Repository.open({ location: folder, secret, noCache: true })).close()
  }
})
