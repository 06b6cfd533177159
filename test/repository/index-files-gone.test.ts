import { expect, test } from 'vitest'
import { listPacks } from '../../src/repository/pack-listing.js'
import { prepareIndex } from '../../src/repository/prepare-index.js'
import { collect, RepositoryFixture } from '../repository-fixture.js'

test('packs whose index file is gone are named again, also by a machine whose cache still knows them', async () => {
  await using fixture = await RepositoryFixture.create()
  const { backend, store } = fixture
  await fixture.snapshot({ 'a.txt': 'first', 'b/c.txt': Buffer.alloc(5000, 7) })
  for (const { name } of await collect(backend.list('index'))) await backend.remove(name)
  expect(store.index.local.packs.length).toBeGreaterThan(0)

  await prepareIndex(store, true)
  await store.index.rebuild()

  const named = store.index.local.packs.map(({ packId }) => packId)
  expect(named.sort()).toEqual([...(await listPacks(backend)).keys()].sort())
})
