import { describe, expect, it } from 'vitest'
import { freshNonce } from '../../src/crypto/nonce-source.js'

describe('fresh nonces', () => {
  it('are of the size asked for and never repeat, also where the pool is filled again', () => {
    const nonces = Array.from({ length: 2000 }, () => Buffer.from(freshNonce(24)))
    expect(nonces.every((nonce) => nonce.byteLength === 24)).toBe(true)
    expect(new Set(nonces.map((nonce) => nonce.toString('hex'))).size).toBe(2000)
  })

  it('never share a byte of the pool, whatever sizes are mixed', () => {
    const halves = new Set<string>()
    for (let count = 0; count < 1000; count++) {
      const nonce = freshNonce(count % 2 === 0 ? 24 : 16)
      for (let at = 0; at < nonce.byteLength; at += 8) halves.add(nonce.toString('hex', at, at + 8))
    }
    expect(halves.size).toBe(500 * 3 + 500 * 2)
  })
})
