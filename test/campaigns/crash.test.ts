import { describe, expect, it } from 'vitest'
import { runShort } from './campaign.js'

describe('A command that is killed, or whose system calls fail', () => {
  it('loses nothing that was acknowledged, and the next one goes on from what is left', async () => {
    expect(await runShort('crash', 10)).toBeGreaterThan(1)
  })
})
