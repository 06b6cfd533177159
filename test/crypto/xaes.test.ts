import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SealError } from '../../src/crypto/seal-error.js'
import { nonceSizeBytes, Sealer, sealOverheadBytes } from '../../src/crypto/xaes.js'
import { fromHex, vectorsOf } from './vectors.js'
import { deriveByTheBook, sealByTheBook } from './xaes-by-the-book.js'

interface XaesVectors {
  readonly vectors: readonly Record<
    'key' | 'nonce' | 'k1' | 'messageKey' | 'plaintext' | 'aad' | 'sealed',
    string
  >[]
  readonly accumulated: { readonly iterations: number; readonly shake128: string }
}

const { vectors, accumulated } = vectorsOf<XaesVectors>('xaes')
const bytes = (sizeBytes: number) => fc.uint8Array({ minLength: sizeBytes, maxLength: sizeBytes })

describe('XAES-256-GCM against its specification', () => {
  it.each(vectors)('seals and opens the published vector of key $key', (vector) => {
    const sealer = new Sealer(fromHex(vector.key))
    const [nonce, plaintext, aad] = [fromHex(vector.nonce), fromHex(vector.plaintext), fromHex(vector.aad)]
    const sealed = sealer.seal(plaintext, aad, nonce)
    expect(sealed.toString('hex')).toBe(vector.nonce + vector.sealed)
    expect(sealer.open(sealed, aad)).toEqual(plaintext)
  })

  it.each(vectors)('has a second opinion that reproduces the intermediate values of key $key', (vector) => {
    const { k1, messageKey } = deriveByTheBook(fromHex(vector.key), fromHex(vector.nonce))
    expect([k1.toString('hex'), messageKey.toString('hex')]).toEqual([vector.k1, vector.messageKey])
  })

  it('agrees with the accumulated hash of 10,000 pseudorandom messages', () => {
    const stream = createHash('shake128', { outputLength: accumulated.iterations * (58 + 510) }).digest()
    const hash = createHash('shake128', { outputLength: 32 })
    let at = 0
    const take = (sizeBytes: number) => {
      at += sizeBytes
      return stream.subarray(at - sizeBytes, at)
    }
    for (let iteration = 0; iteration < accumulated.iterations; iteration++) {
      const [key, nonce] = [take(32), take(nonceSizeBytes)]
      const plaintext = take(take(1)[0]!)
      const aad = take(take(1)[0]!)
      const sealer = new Sealer(key)
      const sealed = sealer.seal(plaintext, aad, nonce)
      if (!sealer.open(sealed, aad).equals(plaintext)) throw new Error(`message ${iteration} does not open`)
      hash.update(sealed.subarray(nonceSizeBytes))
    }
    expect(hash.digest('hex')).toBe(accumulated.shake128)
  })

  it.each([0, 1, 2 ** 17 - 1, 2 ** 17, 2 ** 17 + 1, 3 * 2 ** 17, 400_000])(
    'seals and opens %i bytes, also into memory that is given',
    (sizeBytes) => {
      const [key, nonce, aad] = [Buffer.alloc(32, 1), Buffer.alloc(nonceSizeBytes, 2), Buffer.from('aad')]
      const plaintext = createHash('shake128', { outputLength: sizeBytes || 1 })
        .digest()
        .subarray(0, sizeBytes)
      const sealer = new Sealer(key)
      const sealed = sealer.seal([plaintext.subarray(0, 7), plaintext.subarray(7)], aad, nonce)
      expect(sealed.subarray(nonceSizeBytes).equals(sealByTheBook(key, nonce, plaintext, aad))).toBe(true)
      const memory = Buffer.alloc(sizeBytes + 10, 0xee)
      const opened = sealer.open(sealed, aad, memory.subarray(3))
      expect(opened.equals(plaintext)).toBe(true)
      expect(opened.buffer).toBe(memory.buffer)
      expect([...memory.subarray(0, 3), ...memory.subarray(sizeBytes + 3)]).toEqual(Array(10).fill(0xee))
      expect(sealer.open(sealed, aad, memory.subarray(0, Math.max(0, sizeBytes - 1))).equals(plaintext)).toBe(
        true,
      )
      sealed[sealed.length - 1]! ^= 1
      expect(() => sealer.open(sealed, aad, memory)).toThrow(SealError)
    },
  )

  it('equals a second implementation for any key, nonce, plaintext and associated data', () => {
    fc.assert(
      fc.property(
        bytes(32),
        bytes(24),
        fc.uint8Array({ maxLength: 300 }),
        fc.uint8Array(),
        (key, nonce, text, aad) => {
          const sealed = new Sealer(key).seal(text, aad, nonce)
          expect(sealed.subarray(nonceSizeBytes)).toEqual(sealByTheBook(key, nonce, text, aad))
        },
      ),
    )
  })
})

describe('sealing', () => {
  const sealer = new Sealer(Buffer.alloc(32, 9))
  const aad = Buffer.from('what it is')

  it('takes several parts as one plaintext, and one key for many messages', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 6 }), (parts) => {
        const sealed = sealer.seal(parts, aad)
        expect(sealed.byteLength).toBe(Buffer.concat(parts).byteLength + sealOverheadBytes)
        expect(sealer.open(sealed, aad)).toEqual(Buffer.concat(parts))
      }),
    )
  })

  it('seals into the middle of a buffer, touching only its own bytes', () => {
    const nonce = Buffer.alloc(24, 1)
    const target = Buffer.alloc(100, 0xee)
    const written = sealer.sealInto(Buffer.from('plain'), aad, target, 7, nonce)
    expect(written).toBe(5 + sealOverheadBytes)
    expect(target.subarray(7, 7 + written)).toEqual(sealer.seal(Buffer.from('plain'), aad, nonce))
    expect(target.subarray(0, 7).every((byte) => byte === 0xee)).toBe(true)
    expect(target.subarray(7 + written).every((byte) => byte === 0xee)).toBe(true)
  })

  it('reads from and writes to memory that threads share', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(256))
    shared.fill(5, 0, 100)
    const written = sealer.sealInto(shared.subarray(0, 100), aad, shared, 100)
    expect(sealer.open(shared.subarray(100, 100 + written), aad)).toEqual(Buffer.alloc(100, 5))
  })

  it('draws a nonce of its own for every message', () => {
    const nonces = Array.from({ length: 1000 }, () =>
      sealer.seal(Buffer.alloc(0), aad).toString('hex', 0, 24),
    )
    expect(new Set(nonces).size).toBe(1000)
  })
})

const errorOf = (attempt: () => unknown): unknown => {
  try {
    return attempt()
  } catch (error) {
    return error
  }
}

describe('opening', () => {
  const sealer = new Sealer(Buffer.alloc(32, 9))
  const aad = Buffer.from('what it is')
  const sealed = sealer.seal(Buffer.from('a secret'), aad)

  it('fails for every single changed bit of the nonce, the ciphertext and the tag', () => {
    for (let bit = 0; bit < sealed.byteLength * 8; bit++) {
      const changed = Buffer.from(sealed)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      expect(() => sealer.open(changed, aad)).toThrow(SealError)
    }
  })

  it('fails for every shorter and for longer input', () => {
    for (let sizeBytes = 0; sizeBytes < sealed.byteLength; sizeBytes++) {
      expect(() => sealer.open(sealed.subarray(0, sizeBytes), aad)).toThrow(SealError)
    }
    expect(() => sealer.open(Buffer.concat([sealed, Buffer.alloc(1)]), aad)).toThrow(SealError)
  })

  it('fails under another key and under other associated data, and does not say which', () => {
    const attempts = [
      () => new Sealer(Buffer.alloc(32, 8)).open(sealed, aad),
      () => sealer.open(sealed, Buffer.from('something else')),
      () => sealer.open(sealed, Buffer.alloc(0)),
      () => sealer.open(Buffer.alloc(3), aad),
    ]
    for (const attempt of attempts) {
      const error = errorOf(attempt)
      expect(error).toMatchObject({ code: 'corrupt', message: 'sealed bytes do not open', hint: undefined })
      expect(error).not.toHaveProperty('cause')
    }
  })

  it('still works after a failure', () => {
    expect(() => sealer.open(Buffer.alloc(60), aad)).toThrow(SealError)
    expect(sealer.open(sealed, aad).toString()).toBe('a secret')
  })
})
