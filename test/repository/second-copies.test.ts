import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MemoryBackend } from '../../src/backend/memory-backend.js'
import { readFile } from '../../src/operations/read/read-file.js'
import { openKeys } from '../../src/repository/open-keys.js'
import { temporaryDirectory } from '../filesystem/temporary-directory.js'
import { noise } from '../operations/check/small-repository.js'
import { restoreHere } from '../operations/restore/restored.js'
import { collectBytes, RepositoryFixture } from '../repository-fixture.js'

const keyFile = { kind: 'key-file', secret: Buffer.alloc(32, 7) } as const

let backend: MemoryBackend
let fixture: RepositoryFixture
beforeEach(async () => {
  backend = new MemoryBackend()
  fixture = await RepositoryFixture.create({ backend })
})
afterEach(() => fixture[Symbol.asyncDispose]())

const change = (name: string, at: number, value: number): void => {
  const object = backend.store.get(name)!
  const bytes = Buffer.from(object.bytes)
  bytes[at] = value
  backend.store.set(name, { ...object, bytes })
}

const opens = (): Promise<unknown> => openKeys(backend, async () => keyFile)

const problems = async (): Promise<readonly string[]> =>
  (await openKeys(backend, async () => keyFile)).problems

describe('A repository opens with the second copy', () => {
  it('and says nothing where both are whole', async () => {
    expect(await problems()).toEqual([])
  })

  it.each(['config', 'config.copy', 'keyring/00000001.a'])(
    'and names %s where it is damaged',
    async (name) => {
      const whole = backend.store.get(name)!.bytes
      for (const at of [0, whole.length >> 1, whole.length - 1]) {
        change(name, at, whole[at]! ^ 1)
        expect(await problems()).toEqual([expect.stringContaining(name)])
        change(name, at, whole[at]!)
      }
    },
  )

  it('and names the copy of config that is gone (I-17)', async () => {
    backend.store.delete('config')
    expect(await problems()).toEqual(['config is missing'])
  })

  it('of config only where the keyring confirms it (I-17)', async () => {
    for (const name of ['config', 'config.copy']) {
      const { bytes } = backend.store.get(name)!
      change(name, bytes.length - 1, bytes.at(-1)! ^ 1)
    }
    await expect(opens()).rejects.toMatchObject({ code: 'corrupt' })
  })

  it.each(['config', 'config.copy'])('where damage gave %s the name of another algorithm', async (name) => {
    const at = backend.store.get(name)!.bytes.indexOf('XAES')
    change(name, at, 'Y'.charCodeAt(0))
    await expect(opens()).resolves.toBeDefined()
  })

  it('where damage made a copy of the keyring look like one of a later version', async () => {
    change('keyring/00000001.a', 1, 2)
    await expect(opens()).resolves.toBeDefined()
    change('keyring/00000001.b', 1, 2)
    await expect(opens()).rejects.toMatchObject({ code: 'unsupported-version' })
  })

  it('with its own slot where another one looks like one of a later version', async () => {
    const own = [...backend.store.keys()].find((name) => name.startsWith('keys/'))!
    const other = `keys/${'ab'.repeat(16)}`
    backend.store.set(other, backend.store.get(own)!)
    change(other, 1, 2)
    await expect(opens()).resolves.toBeDefined()
    backend.store.delete(own)
    await expect(opens()).rejects.toMatchObject({ code: 'unsupported-version' })
  })
})

describe('Where an index file is damaged or gone, what its packs hold', () => {
  const content = noise('content', 50_000)

  it.each(['damaged', 'gone'])('is found by their own directories (%s)', async (how) => {
    await fixture.snapshot({ 'a/file': content })
    const [index] = [...backend.store.keys()].filter((name) => name.startsWith('index/'))
    if (how === 'gone') backend.store.delete(index!)
    else change(index!, 100, backend.store.get(index!)!.bytes[100]! ^ 1)
    fixture.store.index.local.clear()
    fixture.warnings.length = 0
    expect((await collectBytes(readFile(fixture.store, 'latest:a/file'))).equals(content)).toBe(true)
    const { problems, filesRestored } = await restoreHere(fixture, temporaryDirectory())
    expect(problems).toEqual([])
    expect(filesRestored).toBe(1)
    if (how === 'damaged') expect(fixture.warnings).toContainEqual(expect.stringContaining(index!))
    expect(fixture.warnings).toContainEqual(expect.stringMatching(/no readable index file.*repair index/))
  })
})

describe('Beside a slot that cannot be decoded', () => {
  const wrong = { kind: 'key-file', secret: Buffer.alloc(32, 8) } as const
  const badSlot = `keys/${'0'.repeat(32)}`

  it('a wrong key is a wrong key, and the slot is named', async () => {
    backend.store.set(badSlot, { bytes: Buffer.from('no slot'), modifiedMs: 0 })
    await expect(openKeys(backend, async () => wrong)).rejects.toMatchObject({
      code: 'wrong-password',
      message: expect.stringContaining(badSlot),
    })
    expect(await problems()).toEqual([expect.stringContaining(badSlot)])
  })

  it('damage is told where there is no whole slot of the kind', async () => {
    const [slot] = [...backend.store.keys()].filter((name) => name.startsWith('keys/'))
    backend.store.set(slot!, { bytes: Buffer.from('no slot'), modifiedMs: 0 })
    await expect(opens()).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining(slot!) })
  })
})
