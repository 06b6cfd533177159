import { describe, expect, it } from 'vitest'
import { runShort } from './campaign.js'

describe('Every decoder', () => {
  it('takes any bytes with a value or a documented error, and writes again what it took', async () => {
    expect(await runShort('fuzz', 5)).toBeGreaterThan(10_000)
  })
})
