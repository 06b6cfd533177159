import { scrypt } from '@noble/hashes/scrypt.js'
import { describe, expect, it } from 'vitest'
import {
  defaultScryptCost,
  isArgon2idCostAllowed,
  isScryptCostAllowed,
  stretchWithArgon2id,
  stretchWithScrypt,
} from '../../src/crypto/password.js'

describe('scrypt', () => {
  it('gives the output of RFC 7914, section 12, of which 32 bytes are the first half', async () => {
    const stretched = await stretchWithScrypt('pleaseletmein', Buffer.from('SodiumChloride'), {
      logN: 14,
      r: 8,
      p: 1,
    })
    expect(stretched.toString('hex')).toBe('7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2')
  })

  it('equals a second implementation, with several blocks side by side too', async () => {
    const salt = Buffer.alloc(32, 7)
    for (const cost of [
      { logN: 10, r: 1, p: 1 },
      { logN: 11, r: 3, p: 4 },
    ]) {
      const expected = scrypt('pässword', salt, { N: 2 ** cost.logN, r: cost.r, p: cost.p, dkLen: 32 })
      expect(await stretchWithScrypt('pässword', salt, cost)).toEqual(Buffer.from(expected))
    }
  })

  it('takes the composed and the decomposed form of a letter as one password, and nothing else', async () => {
    const cost = { logN: 10, r: 1, p: 1 }
    const stretch = (password: string) => stretchWithScrypt(password, Buffer.alloc(32), cost)
    expect(await stretch('caf\u00e9')).toEqual(await stretch('cafe\u0301'))
    expect(await stretch('caf\u00e9')).not.toEqual(await stretch('cafe'))
    expect(await stretch('cafe')).not.toEqual(await stretch('Cafe'))
    expect(await stretch('cafe')).not.toEqual(await stretch('cafe '))
  })

  it('refuses to run with a cost out of bounds', async () => {
    await expect(async () =>
      stretchWithScrypt('x', Buffer.alloc(32), { logN: 19, r: 8, p: 1 }),
    ).rejects.toThrow()
  })
})

describe('the bounds of a scrypt cost', () => {
  it.each([
    defaultScryptCost,
    { logN: 10, r: 1, p: 1 },
    { logN: 15, r: 1, p: 4 },
    { logN: 18, r: 8, p: 2 },
    { logN: 17, r: 16, p: 2 },
    { logN: 20, r: 2, p: 2 },
  ])('allow %o', (cost) => expect(isScryptCostAllowed(cost)).toBe(true))

  it.each([
    ['too little work', { logN: 9, r: 8, p: 1 }],
    ['logN too large', { logN: 21, r: 1, p: 1 }],
    ['more than 256 MiB', { logN: 18, r: 9, p: 1 }],
    ['more than 256 MiB', { logN: 20, r: 3, p: 1 }],
    ['more work than four times the default', { logN: 18, r: 8, p: 3 }],
    ['r 0', { logN: 17, r: 0, p: 1 }],
    ['r too large', { logN: 10, r: 17, p: 1 }],
    ['p 0', { logN: 17, r: 8, p: 0 }],
    ['p too large', { logN: 10, r: 8, p: 5 }],
    ['N of 2^16 and more with r 1, which RFC 7914 forbids', { logN: 16, r: 1, p: 1 }],
    ['a fraction', { logN: 16.5, r: 8, p: 1 }],
    ['no number', { logN: Number.NaN, r: 8, p: 1 }],
    ['a negative number', { logN: 17, r: -8, p: 1 }],
  ])('refuse %s', (_, cost) => expect(isScryptCostAllowed(cost)).toBe(false))

  it.each([
    { logN: 17, r: 16, p: 1 },
    { logN: 15, r: 1, p: 4 },
  ])('allow nothing that OpenSSL then refuses: %o', async (cost) => {
    expect(await stretchWithScrypt('x', Buffer.alloc(32), cost)).toHaveLength(32)
  })
})

describe('argon2id', () => {
  it('gives the output of the reference implementation', async () => {
    const cost = { memoryKiB: 65536, passes: 2, lanes: 1 }
    const stretched = await stretchWithArgon2id('password', Buffer.from('somesalt'), cost)
    expect(stretched.toString('hex')).toBe('09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7')
  })

  it.each([
    { memoryKiB: 65536, passes: 3, lanes: 4 },
    { memoryKiB: 19456, passes: 2, lanes: 1 },
    { memoryKiB: 196608, passes: 1, lanes: 1 },
    { memoryKiB: 1024, passes: 192, lanes: 1 },
  ])('is read with %o', (cost) => expect(isArgon2idCostAllowed(cost)).toBe(true))

  it.each([
    { memoryKiB: 196609, passes: 1, lanes: 1 },
    { memoryKiB: 65536, passes: 4, lanes: 1 },
    { memoryKiB: 2 ** 31, passes: 1, lanes: 1 },
    { memoryKiB: 1023, passes: 1, lanes: 1 },
    { memoryKiB: 65536, passes: 0, lanes: 1 },
    { memoryKiB: 65536, passes: 1, lanes: 0 },
    { memoryKiB: 65536, passes: 1, lanes: 5 },
    { memoryKiB: 65536.5, passes: 1, lanes: 1 },
  ])('is not read with %o', async (cost) => {
    expect(isArgon2idCostAllowed(cost)).toBe(false)
    await expect(stretchWithArgon2id('x', Buffer.alloc(32), cost)).rejects.toThrow()
  })
})
