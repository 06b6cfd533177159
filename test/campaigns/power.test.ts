import { describe, expect, it } from 'vitest'
import { runShort } from './campaign.js'

describe('The storage after a power cut', () => {
  it('has every acknowledged snapshot, is whole, and takes the next backup', async () => {
    expect(await runShort('power', 8)).toBeGreaterThanOrEqual(1)
  })
})
