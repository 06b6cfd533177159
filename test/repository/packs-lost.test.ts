import { expect, test } from 'vitest'
import type { BackendAbilities } from '../../src/backend/backend.js'
import { MemoryBackend } from '../../src/backend/memory-backend.js'
import { packsLost } from '../../src/repository/commit.js'
import { listPacks } from '../../src/repository/pack-listing.js'
import { RepositoryFixture } from '../repository-fixture.js'

/** What was created last is not listed yet. */
class LaggingBackend extends MemoryBackend {
  override readonly abilities: BackendAbilities = { createOnly: true, strongLists: false, localFiles: false }
  isLagging = false

  override async *list(folder: string) {
    if (!this.isLagging) yield* super.list(folder)
  }
}

test('a pack that is there does not count as lost where lists lag behind; one that is gone does', async () => {
  const backend = new LaggingBackend()
  await using fixture = await RepositoryFixture.create({ backend })
  await fixture.snapshot({ 'a.txt': 'first' })
  const packs = [...(await listPacks(backend)).keys()]
  backend.isLagging = true
  const gone = 'ab'.repeat(32)
  expect(await packsLost(fixture.store, new Set([...packs, gone]))).toEqual(new Set([gone]))
})
