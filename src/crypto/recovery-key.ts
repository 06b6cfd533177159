import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { VarveError } from '../errors.js'

const secretSizeBytes = 32
const checksumSizeBytes = 3
const groupSize = 4
/** (32 + 3) bytes are exactly 56 digits of five bits. */
const digitCount = ((secretSizeBytes + checksumSizeBytes) * 8) / 5
/** Crockford's base32: no I, L, O (read as 1, 1, 0) and no U. */
const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** Spaces, and the dashes that word processors put in the place of a hyphen. */
const separators = /[\s\-\u2010-\u2015\u2212]/g
const hint = 'Compare it with the paper, group by group.'

/** 56 digits in 14 groups of four, for paper: the secret's 32 bytes and a checksum of 24 bits. */
export function formatRecoveryKey(secret: Uint8Array): string {
  assert.equal(secret.byteLength, secretSizeBytes)
  const text = encode(Buffer.concat([secret, checksumOf(secret)]))
  return text.match(new RegExp(`.{${groupSize}}`, 'g'))!.join('-')
}

/**
 * The 32 secret bytes of what a person typed: case, spaces and dashes do not matter; I and L are 1, O is 0.
 * @throws {VarveError} 'invalid-argument'; the message tells what is wrong, and never a character of the key.
 */
export function parseRecoveryKey(text: string): Buffer {
  const plain = text.replace(separators, '').toUpperCase().replace(/[IL]/g, '1').replace(/O/g, '0')
  const values = Array.from(plain, (digit) => digits.indexOf(digit))
  const other = values.indexOf(-1)
  if (other >= 0) throw invalid(`digit ${other + 1} is not one of 0-9 and A-Z without I, L, O, U`)
  if (values.length !== digitCount) throw invalid(`it has ${values.length} digits, not ${digitCount}`)
  const bytes = decode(values)
  const secret = bytes.subarray(0, secretSizeBytes)
  if (!bytes.subarray(secretSizeBytes).equals(checksumOf(secret))) throw invalid('its checksum is wrong')
  return secret
}

const invalid = (what: string): VarveError =>
  new VarveError('invalid-argument', `not a recovery key: ${what}`, { hint })

/** Finds a mistyped key; it keeps nothing secret, and nothing depends on its strength. */
const checksumOf = (secret: Uint8Array): Buffer =>
  createHash('sha256').update('varve/1 recovery key').update(secret).digest().subarray(0, checksumSizeBytes)

function encode(bytes: Uint8Array): string {
  let text = ''
  let pending = 0
  let pendingBits = 0
  for (const byte of bytes) {
    pending = ((pending & 31) << 8) | byte
    for (pendingBits += 8; pendingBits >= 5; pendingBits -= 5)
      text += digits[(pending >> (pendingBits - 5)) & 31]
  }
  return text
}

function decode(values: readonly number[]): Buffer {
  const bytes: number[] = []
  let pending = 0
  let pendingBits = 0
  for (const value of values) {
    pending = ((pending & 255) << 5) | value
    pendingBits += 5
    if (pendingBits >= 8) {
      pendingBits -= 8
      bytes.push((pending >> pendingBits) & 255)
    }
  }
  return Buffer.from(bytes)
}
