import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CheckReport } from '../../../src/operations/check/check-options.js'
import { SmallRepository } from './small-repository.js'

/** Where a byte is changed in each object: both ends in turn, and two places in between; names are random, so are they. */
const positionsOf = (name: string, sizeBytes: number): number[] => {
  const digest = createHash('sha256').update(name).digest()
  const between = [4, 8].map((at) => digest.readUInt32LE(at) % sizeBytes)
  return [digest[0]! % 2 === 0 ? 0 : sizeBytes - 1, ...between]
}

const namedIn = ({ damages }: CheckReport): string[] => damages.map(({ object }) => object)

describe('check with all data', () => {
  let repository: SmallRepository
  beforeAll(async () => {
    repository = await SmallRepository.create()
  })
  afterAll(() => repository[Symbol.asyncDispose]())

  it('finds nothing wrong with a whole repository', async () => {
    const report = await repository.check()
    expect(report.damages).toEqual([])
    expect(report.remarks).toEqual([])
    expect(report.packsRead).toBe(repository.names('packs/').length)
    expect(report.packsRead).toBeGreaterThan(4)
  })

  it('has every kind of object to damage', () => {
    const folders = new Set(repository.names().map((name) => name.split('/')[0]))
    expect([...folders].sort()).toEqual(
      [
        'condemned',
        'config',
        'config.copy',
        'forgotten',
        'index',
        'keyring',
        'keys',
        'notes',
        'packs',
        'pending',
        'snapshots',
      ].sort(),
    )
  })

  it('names each object in which any byte was changed', async () => {
    for (const name of repository.names()) {
      const whole = repository.bytesOf(name)
      for (const position of positionsOf(name, whole.length)) {
        const changed = Buffer.from(whole)
        changed[position]! ^= 1 << (position % 8)
        const report = await repository.with(name, changed, () => repository.check())
        expect(namedIn(report), `byte ${position} of ${name}`).toContain(name)
      }
    }
  })

  it('names each object that was cut short, emptied, or appended to', async () => {
    for (const name of repository.names()) {
      const whole = repository.bytesOf(name)
      const longer = Buffer.concat([whole, Buffer.alloc(1)])
      for (const length of [0, whole.length - 1, longer.length]) {
        const other = Buffer.from(longer.subarray(0, length))
        const report = await repository.with(name, other, () => repository.check())
        expect(namedIn(report), `${name} with ${length} bytes`).toContain(name)
      }
    }
  })

  it('names each pack, configuration, slot and copy of a keyring that is missing', async () => {
    for (const folder of ['packs/', 'config', 'keys/', 'keyring/'])
      for (const name of repository.names(folder)) {
        const report = await repository.with(name, undefined, () => repository.check())
        expect(namedIn(report), name).toContain(name)
      }
  })

  it('names the packs that only a missing index file named', async () => {
    for (const name of repository.names('index/')) {
      const report = await repository.with(name, undefined, () => repository.check())
      expect(namedIn(report).length, name).toBeGreaterThan(0)
      for (const object of namedIn(report)) expect(object).toMatch(/^packs\//)
    }
  })
})
