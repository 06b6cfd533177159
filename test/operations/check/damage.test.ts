import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ChunkKind, type PackId } from '../../../src/format/ids.js'
import type { CheckReport, Damage } from '../../../src/operations/check/check-options.js'
import { readDirectory } from '../../../src/repository/read-directory.js'
import { SmallRepository } from './small-repository.js'

let repository: SmallRepository
beforeEach(async () => {
  repository = await SmallRepository.create()
})
afterEach(() => repository[Symbol.asyncDispose]())

const pathsOf = (damage: Damage | undefined): string[] =>
  [...new Set(damage?.dependents.map(({ path }) => path))].sort()

const damageTo = ({ damages }: CheckReport, object: string): Damage | undefined =>
  damages.find((damage) => damage.object === object)

/** A pack of file data that a path needs, from what a check says when each pack is gone. */
const packOf = async (path: string): Promise<string> => {
  for (const name of await packsOfKind(ChunkKind.data)) {
    const report = await repository.with(name, undefined, () => repository.check({}))
    if (pathsOf(damageTo(report, name)).includes(path)) return name
  }
  throw new Error(`no pack holds ${path}`)
}

const withByteChanged = (
  name: string,
  position: number,
  action: () => Promise<CheckReport>,
): Promise<CheckReport> => {
  const bytes = Buffer.from(repository.bytesOf(name))
  bytes[position]! ^= 1
  return repository.with(name, bytes, action)
}

const packsOfKind = async (kind: ChunkKind): Promise<string[]> => {
  const { backend, seals } = repository.store
  const found: string[] = []
  for (const name of repository.names('packs/')) {
    const { directory } = await readDirectory(backend, seals, name.slice('packs/'.length) as PackId)
    if (directory.kind === kind) found.push(name)
  }
  return found
}

describe('what depends on damage', () => {
  it('is every path of every snapshot that needs a missing pack, and no other', async () => {
    const name = await packOf('other/alone')
    const report = await repository.with(name, undefined, () => repository.check({}))
    const damage = damageTo(report, name)!
    expect(pathsOf(damage)).toEqual(['other/alone'])
    expect(damage.dependents.map(({ snapshot }) => snapshot)).toEqual([repository.snapshots[2]!.id])
    expect(damage.dependentsTotal).toBe(1)
  })

  it('is counted for each snapshot that shares a file', async () => {
    const name = await packOf('media/two')
    const report = await repository.with(name, undefined, () => repository.check({}))
    const ofFile = damageTo(report, name)!.dependents.filter(({ path }) => path === 'media/two')
    expect(ofFile.map(({ snapshot }) => snapshot).sort()).toEqual(
      [repository.snapshots[0]!.id, repository.snapshots[1]!.id].sort(),
    )
  })

  it('is what the damaged block holds, where only a block of a pack is damaged', async () => {
    const name = await packOf('other/alone')
    const report = await withByteChanged(name, 100, () => repository.check())
    expect(damageTo(report, name)!.message).toMatch(/block 0/)
    expect(pathsOf(damageTo(report, name))).toEqual(['other/alone'])
  })

  it('is all that a tree had, where its only node is damaged', async () => {
    const reports: CheckReport[] = []
    for (const name of await packsOfKind(ChunkKind.tree))
      reports.push(await withByteChanged(name, 100, () => repository.check({})))
    expect(reports.length).toBe(3)
    const totals = reports.map(({ damages }) => damages[0]!.dependentsTotal).sort((a, b) => a - b)
    expect(totals).toEqual(repository.snapshots.map(({ root }) => root.entries).sort((a, b) => a - b))
  })

  it('is the files whose lists are damaged', async () => {
    const paths: string[] = []
    for (const name of await packsOfKind(ChunkKind.list)) {
      const report = await withByteChanged(name, 100, () => repository.check({}))
      paths.push(...pathsOf(damageTo(report, name)))
    }
    expect(paths).toContain('docs/big')
    expect(paths).toContain('other/alone')
    expect(paths).not.toContain('docs/small')
  })

  it('is nothing, where the data was not read', async () => {
    const name = await packOf('other/alone')
    const report = await withByteChanged(name, 100, () => repository.check({}))
    expect(report.damages).toEqual([])
    expect(report.covered).toContain('was not read')
  })
})

describe('check', () => {
  it('tells damage as it reports it', async () => {
    const told: Damage[] = []
    const name = repository.names('packs/')[0]!
    const report = await repository.with(name, undefined, () =>
      repository.check({ onDamage: (damage) => told.push(damage) }),
    )
    expect(told).toEqual(report.damages)
  })

  it('leaves the repository and the cache folder as they were', async () => {
    const names = repository.names()
    await repository.check()
    expect(repository.names()).toEqual(names)
  })

  it('finds a snapshot whose backup never ended to be a leftover', async () => {
    const { id } = repository.snapshots[2]!
    const name = await packOf('other/alone')
    // A collector that saw no pending record removed the pack, and wrote the index files anew without it.
    const index = await indexOnlyOf(name)
    const report = await repository.with(name, undefined, () =>
      repository.with(index, undefined, () => repository.check({})),
    )
    const damage = damageTo(report, `snapshots/${id}`)!
    expect(damage.message).toMatch(/in no pack/)
    expect(pathsOf(damage)).toContain('other/alone')
  })

  it('reads the parts 1 to t of the data without reading a pack twice', async () => {
    const packs = repository.names('packs/').length
    let read = 0
    for (let part = 1; part <= 3; part++)
      read += (await repository.check({ readDataSubset: { part, of: 3 } })).packsRead
    expect(read).toBe(packs)
  })

  it('reads about as much as was asked for', async () => {
    expect((await repository.check({ readDataSubset: { percent: 100 } })).packsRead).toBe(
      repository.names('packs/').length,
    )
    expect((await repository.check({ readDataSubset: { bytes: 1 } })).packsRead).toBe(1)
    await expect(repository.check({ readDataSubset: { percent: 0 } })).rejects.toMatchObject({
      code: 'invalid-argument',
    })
    await expect(repository.check({ readDataSubset: { part: 4, of: 3 } })).rejects.toMatchObject({
      code: 'invalid-argument',
    })
  })

  it('ends when it is aborted', async () => {
    const signal = AbortSignal.abort()
    await expect(repository.check({ readData: true, signal })).rejects.toMatchObject({ code: 'interrupted' })
  })

  const indexOnlyOf = async (pack: string): Promise<string> => {
    for (const name of repository.names('index/')) {
      const report = await repository.with(name, undefined, () => repository.check({}))
      if (damageTo(report, pack) !== undefined) return name
    }
    throw new Error(`no index file names ${pack}`)
  }
})

describe('check that marks', () => {
  it('records broken blocks once, and finds them again without reading the data', async () => {
    const name = await packOf('other/alone')
    await withByteChanged(name, 100, async () => {
      const first = await repository.check({ readData: true, mark: true })
      expect(first.marked).toBe(1)
      expect(repository.names('suspect/').length).toBe(1)
      const again = await repository.check({ readData: true, mark: true })
      expect(again.marked).toBe(0)
      const unread = await repository.check({})
      expect(damageTo(unread, name)!.message).toMatch(/recorded as suspect/)
      return unread
    })
  })

  it('is content once the needed chunks are stored again', async () => {
    const name = await packOf('other/alone')
    await withByteChanged(name, 100, async () => {
      await repository.check({ readData: true, mark: true })
      await repository.storeAgain({ 'other/alone': 'alone' })
      const report = await repository.check()
      expect(report.damages).toEqual([])
      expect(report.remarks.join()).toContain(name)
      return report
    })
  })

  it('records a pack whose directory is broken as a whole', async () => {
    const name = await packOf('other/alone')
    await withByteChanged(name, repository.bytesOf(name).length - 1, async () => {
      const report = await repository.check({ mark: true })
      expect(report.marked).toBe(1)
      expect(pathsOf(damageTo(report, name))).toEqual(['other/alone'])
      return report
    })
  })

  it('does not mind a suspect whose pack is gone', async () => {
    const name = await packOf('other/alone')
    await withByteChanged(name, 100, () => repository.check({ readData: true, mark: true }))
    await repository.forget(2)
    repository.backend.store.delete(name)
    expect((await repository.check()).damages).toEqual([])
  })
})
