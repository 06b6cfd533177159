import { expect, test } from 'vitest'
import { MemoryBackend } from '../../src/backend/memory-backend.js'
import { publishPending } from '../../src/repository/commit.js'
import { listPacks } from '../../src/repository/pack-listing.js'
import { prepareIndex } from '../../src/repository/prepare-index.js'
import { collect, RepositoryFixture } from '../repository-fixture.js'

class TellingBackend extends MemoryBackend {
  readonly calls: string[] = []

  override async makeDurable(name: string): Promise<void> {
    this.calls.push(`made durable: ${name}`)
  }

  override async create(name: string, data: Uint8Array | readonly Uint8Array[]): Promise<void> {
    await super.create(name, data)
    this.calls.push(name)
  }
}

test('what a killed backup has left is made durable before an index file names it', async () => {
  const backend = new TellingBackend()
  await using fixture = await RepositoryFixture.create({ backend })
  await fixture.snapshot({ 'a.txt': 'first' })
  for (const { name } of await collect(backend.list('index'))) await backend.remove(name)
  fixture.store.index.local.clear()
  backend.calls.length = 0

  await prepareIndex(fixture.store, true)

  const packs = [...(await listPacks(backend)).keys()].map((id) => `made durable: packs/${id}`)
  expect(packs.length).toBeGreaterThan(0)
  expect(backend.calls.slice(0, -1).sort()).toEqual(packs.sort())
  expect(backend.calls.at(-1)).toMatch(/^index\//)
})

test('an index file that a killed backup has left is made durable before a root that needs it is told of', async () => {
  const backend = new TellingBackend()
  await using fixture = await RepositoryFixture.create({ backend })
  const { id, pendingId, parent, time, tags, ...facts } = await fixture.snapshot({
    'a.txt': 'first',
  })
  await fixture.store.index.refresh()
  const files = (await collect(backend.list('index'))).map(({ name }) => `made durable: ${name}`)
  backend.calls.length = 0

  await publishPending(fixture.store, { ...facts, id: pendingId, checkpoint: 1, roots: [facts.root] })

  expect(files.length).toBeGreaterThan(0)
  expect(backend.calls).toEqual([...files, `pending/${pendingId}.1`])
})
