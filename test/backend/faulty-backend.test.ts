import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FaultPlan, failFrom, seededFaults } from '../../src/backend/fault-plan.js'
import { FaultyBackend } from '../../src/backend/faulty-backend.js'
import { MemoryBackend } from '../../src/backend/memory-backend.js'
import { filesBelow, localBackend } from './temporary-place.js'

const once =
  (ordinal: number, kind: 'fail' | 'lose-reply'): FaultPlan =>
  (call) =>
    call.ordinal === ordinal ? { kind } : undefined

describe('A faulty backend', () => {
  it('that fails a create has not created; one that loses the reply has', async () => {
    for (const [kind, created] of [
      ['fail', 0],
      ['lose-reply', 1],
    ] as const) {
      const inner = new MemoryBackend()
      const backend = new FaultyBackend(inner, once(0, kind))
      await expect(backend.create('index/a', Buffer.from('x'))).rejects.toMatchObject({ transient: true })
      expect(inner.store.size).toBe(created)
    }
  })

  it('that fails a publishing takes the staging file away', async () => {
    const inner = await localBackend()
    const backend = new FaultyBackend(inner, once(1, 'fail'))
    const path = await backend.openStaging('packs')
    await expect(backend.publishStaged(path, `packs/${'a'.repeat(64)}`, 0)).rejects.toThrow('injected')
    expect(await filesBelow(inner.location)).toEqual([])
  })

  it('that loses the reply of a list gives a part of it and then throws', async () => {
    const inner = new MemoryBackend()
    for (const name of ['index/a', 'index/b', 'index/c']) await inner.create(name, Buffer.from('x'))
    const seen: string[] = []
    const listing = async (): Promise<void> => {
      for await (const { name } of new FaultyBackend(inner, once(0, 'lose-reply')).list('index'))
        seen.push(name)
    }
    await expect(listing()).rejects.toThrow('injected')
    expect(seen).toEqual(['index/a'])
  })

  it('that is gone from a call on does nothing any more', async () => {
    const inner = new MemoryBackend()
    const backend = new FaultyBackend(inner, failFrom(2))
    const outcomes = await Promise.allSettled(
      ['a', 'b', 'c', 'd'].map((base) => backend.create(`index/${base}`, Buffer.from('x'))),
    )
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected'])
    expect([...inner.store.keys()]).toEqual(['index/a', 'index/b'])
  })

  it('repeats its faults for the same seed, at about the rates that were asked for', () => {
    const rates = { fail: 0.1, loseReply: 0.2, delay: 0.3 }
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const draw = (): (string | undefined)[] => {
          const plan = seededFaults(seed, rates)
          return Array.from(
            { length: 2000 },
            (_, ordinal) => plan({ operation: 'read', subject: 'index/a', ordinal })?.kind,
          )
        }
        const drawn = draw()
        expect(draw()).toEqual(drawn)
        for (const [kind, rate] of [
          ['fail', 0.1],
          ['lose-reply', 0.2],
          ['delay', 0.3],
        ] as const) {
          const share = drawn.filter((fault) => fault === kind).length / drawn.length
          expect(Math.abs(share - rate)).toBeLessThan(0.06)
        }
      }),
    )
  })
})
