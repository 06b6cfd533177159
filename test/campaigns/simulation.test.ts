import { describe, expect, it } from 'vitest'
import { runShort } from './campaign.js'

describe('Hosts that share a storage with faults', () => {
  it('lose nothing that was acknowledged, whoever comes first and whatever fails', async () => {
    expect(await runShort('simulation', 8)).toBeGreaterThanOrEqual(1)
  })
})
