import { describe, expect, it } from 'vitest'
import { runShort } from './campaign.js'

describe('Processes in one repository at once', () => {
  it('lose nothing', async () => {
    expect(await runShort('soak', 4)).toBeGreaterThanOrEqual(4)
  })
})
