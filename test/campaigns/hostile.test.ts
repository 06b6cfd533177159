import { describe, expect, it } from 'vitest'
import { runShort } from './campaign.js'

describe('A hostile repository or object', () => {
  it('gives a clear error or does no harm, at once, in little memory and nowhere else', async () => {
    expect(await runShort('hostile', 25)).toBeGreaterThanOrEqual(80)
  })
})
