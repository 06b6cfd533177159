import { strict as assert } from 'node:assert'
import { hkdfSync } from 'node:crypto'

export const GEAR_BYTES = 2048
const CHUNKER_KEY_BYTES = 32

/** The table of 256 little-endian u64 values that the cut hash adds, derived from the domain's chunker key (32 bytes). */
export const deriveGear = (chunkerKey: Uint8Array): Uint8Array => {
  assert.equal(chunkerKey.length, CHUNKER_KEY_BYTES)
  return new Uint8Array(hkdfSync('sha256', chunkerKey, new Uint8Array(0), 'varve/1 gear', GEAR_BYTES))
}
