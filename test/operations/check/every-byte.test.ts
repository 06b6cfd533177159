import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CheckReport } from '../../../src/operations/check/check-options.js'
import { SmallRepository } from './small-repository.js'

/** Where a byte is changed in each object: both ends, and some places in between that differ from object to object. */
const positionsOf = (name: string, sizeBytes: number): number[] => {
  const digest = createHash('sha256').update(name).digest()
  const between = Array.from({ length: 4 }, (_, index) => digest.readUInt32LE(4 * index) % sizeBytes)
  return [...new Set([0, Math.floor(sizeBytes / 2), sizeBytes - 1, ...between])]
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
      ['condemned', 'config', 'config.copy', 'forgotten', 'index', 'keyring', 'keys', 'notes', 'packs', 'pending', 'snapshots'].sort(),
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

  it('names each object that was cut short or emptied', async () => {
    for (const name of repository.names()) {
      const whole = repository.bytesOf(name)
      for (const length of [whole.length - 1, Math.floor(whole.length / 2), 1, 0]) {
        const cut = Buffer.from(whole.subarray(0, length))
        const report = await repository.with(name, cut, () => repository.check())
        expect(namedIn(report), `${name} cut to ${length} bytes`).toContain(name)
      }
    }
  })

  it('names each object that something was appended to', async () => {
    for (const name of repository.names()) {
      const longer = Buffer.concat([repository.bytesOf(name), Buffer.alloc(1)])
      const report = await repository.with(name, longer, () => repository.check())
      expect(namedIn(report), name).toContain(name)
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
