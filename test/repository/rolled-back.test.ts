import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MemoryBackend } from '../../src/backend/memory-backend.js'
import type { SnapshotId } from '../../src/format/ids.js'
import { forgottenName, snapshotName } from '../../src/format/names.js'
import { addKey } from '../../src/operations/keys/add-key.js'
import { readFile } from '../../src/operations/read/read-file.js'
import { snapshots } from '../../src/operations/snapshots/snapshots.js'
import { prepareIndex } from '../../src/repository/prepare-index.js'
import { missedSnapshots, rememberSnapshots } from '../../src/repository/seen-snapshots.js'
import { Store } from '../../src/repository/store.js'
import { SmallRepository } from '../operations/check/small-repository.js'
import { collectBytes } from '../repository-fixture.js'

const secret = { kind: 'key-file', secret: Buffer.alloc(32, 7) } as const

let repository: SmallRepository
let backend: MemoryBackend
beforeEach(async () => {
  repository = await SmallRepository.create()
  backend = repository.backend
})
afterEach(() => repository[Symbol.asyncDispose]())

const bringBack = (earlier: ReadonlyMap<string, never>): void => {
  backend.store.clear()
  for (const [name, object] of earlier) backend.store.set(name, object)
}

const copy = (): Map<string, never> => new Map(backend.store as Map<string, never>)

describe('A repository that was brought back from an older copy, with a newer cache beside it', () => {
  it('is refused where its keyring is lower than one seen before (I-16)', async () => {
    const earlier = copy()
    await addKey(repository.store, { secret: { kind: 'recovery', secret: Buffer.alloc(32, 8) }, label: '' })
    const again = async (): Promise<void> => {
      const { keyring } = repository.store.keys
      const cacheDirectory = repository.store.cacheFolder.replace(/\/[^/]*$/, '')
      const store = await Store.open({
        ...repository.store,
        backend,
        secret: async () => secret,
        cacheDirectory,
        compressionLevel: 3,
        workers: 1,
        now: () => 0n,
        random: repository.store.random,
      })
      expect(store.keys.keyring.number).toBeGreaterThanOrEqual(keyring.number)
    }
    await again()
    bringBack(earlier)
    await expect(again()).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining('older than'),
    })
  })

  it('is read as it is: what the cache knows of packs that are gone is passed over', async () => {
    const earlier = copy()
    const later = await repository.fixture.snapshot({ 'later/file': 'later' })
    await snapshots(repository.store)
    bringBack(earlier)
    await prepareIndex(repository.store, true)
    const content = await collectBytes(readFile(repository.store, 'latest:other/alone'))
    expect(content.length).toBe(20_000)
    await repository.fixture.snapshot({ 'later/file': 'later' })
    expect((await collectBytes(readFile(repository.store, 'latest:later/file'))).toString()).toBe('later')
    const { damages } = await repository.check()
    expect(damages.map(({ object }) => object)).toEqual([snapshotName(later.id)])
  })
})

describe('A snapshot that this machine has seen', () => {
  it('is missed by check and by a listing when it is gone', async () => {
    const [, second] = repository.snapshots
    expect((await repository.check()).damages).toEqual([])
    await backend.remove(snapshotName(second!.id))
    const { damages } = await repository.check()
    expect(damages).toMatchObject([
      {
        object: snapshotName(second!.id),
        message: 'is gone: this machine has seen it, and nothing says that it was forgotten',
        hint: expect.stringMatching(/^Put a record that is gone back .* `varve cache clear`/),
      },
    ])
    await snapshots(repository.store)
    expect(repository.fixture.warnings).toContainEqual(expect.stringContaining(second!.id))
  })

  it('is not missed where a record says that it was forgotten', async () => {
    const [first] = repository.snapshots
    expect(backend.store.has(forgottenName(first!.id))).toBe(true)
    await repository.check()
    await backend.remove(snapshotName(first!.id))
    expect((await repository.check()).damages).toEqual([])
  })

  it('is not missed any more once a record has said that it was forgotten, even when that record is gone', async () => {
    const [first] = repository.snapshots
    await repository.check()
    await backend.remove(snapshotName(first!.id))
    await repository.check()
    await backend.remove(forgottenName(first!.id))
    expect((await repository.check()).damages).toEqual([])
  })

  it('is not missed where another process made it after the listing', async () => {
    const ids = repository.snapshots.map(({ id }) => id)
    rememberSnapshots(repository.store, ids)
    expect(await missedSnapshots(repository.store, [])).toEqual([])
    await backend.remove(snapshotName(ids[1]!))
    expect(await missedSnapshots(repository.store, [])).toEqual([ids[1]])
  })

  it('is missed nowhere where what this machine remembers is damaged', async () => {
    rememberSnapshots(repository.store, ['ab'.repeat(16) as SnapshotId])
    const path = join(repository.store.cacheFolder, 'state', 'seen-snapshots')
    const bytes = readFileSync(path)
    bytes[40]! ^= 1
    writeFileSync(path, bytes)
    expect((await repository.check()).damages).toEqual([])
  })

  it('leaves packs behind that check remarks on, with their bytes', async () => {
    await repository.forget(2)
    const { remarks } = await repository.check()
    expect(remarks).toContainEqual(expect.stringMatching(/^no snapshot needs \d+ packs of \d+ bytes/))
  })
})
