import { describe, expect, it } from 'vitest'
import { runShort } from './campaign.js'

describe('A repository in which one object is damaged', () => {
  it('names the object, restores what does not depend on it, and never gives other bytes', async () => {
    expect(await runShort('damage', 10)).toBeGreaterThanOrEqual(33)
  })
})
