import { describe, expect, it } from 'vitest'
import { runShort } from './campaign.js'

interface Told {
  readonly seed: number
  readonly calls: number
  readonly digest: number
}

/** What two worlds came to, in a process of their own. */
const worldsTold = async (): Promise<Told[]> => {
  const folder = new URL('../../torture/', import.meta.url)
  const { inProcess } = await import(new URL('inline/in-process.mjs', folder).href)
  const told: Told[] = []
  const task = { seeds: [3, 5], endMs: Date.now() + 1e9 }
  await inProcess(new URL('campaigns/simulation/simulation-process.mjs', folder), task, (world: Told) => {
    told.push(world)
  })
  return told
}

describe('Hosts that share a storage with faults', () => {
  it('lose nothing that was acknowledged, whoever comes first and whatever fails', async () => {
    expect(await runShort('simulation', 8)).toBeGreaterThanOrEqual(1)
  })

  it('live in the same world again where it has the same number', async () => {
    const [first, again] = await Promise.all([worldsTold(), worldsTold()])
    expect(first.map(({ seed }) => seed)).toEqual([3, 5])
    expect(again).toEqual(first)
  })
})
