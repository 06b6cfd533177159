import { describe, expect, it } from 'vitest'
import { freshNonce } from '../../src/crypto/nonce-source.js'

describe('fresh nonces', () => {
  it('are of the size asked for, never repeat and stay what they are, however many are drawn after them', () => {
    const kept = Array.from({ length: 2000 }, () => {
      const nonce = freshNonce(24)
      return { nonce, atFirst: nonce.toString('hex') }
    })
    expect(
      kept.every(({ nonce, atFirst }) => atFirst.length === 48 && nonce.toString('hex') === atFirst),
    ).toBe(true)
    expect(new Set(kept.map(({ atFirst }) => atFirst)).size).toBe(2000)
  })

  it('never share a byte of the pool, whatever sizes are mixed', () => {
    const words = new Set<string>()
    for (let count = 0; count < 1000; count++) {
      const nonce = freshNonce(count % 2 === 0 ? 24 : 16)
      for (let at = 0; at < nonce.byteLength; at += 8) words.add(nonce.toString('hex', at, at + 8))
    }
    expect(words.size).toBe(500 * 3 + 500 * 2)
  })

  it('are never shorter than asked for', () => {
    expect(freshNonce(3072)).toHaveLength(3072)
    expect(() => freshNonce(3073)).toThrow()
  })
})
