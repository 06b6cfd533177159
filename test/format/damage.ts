import { isDeepStrictEqual } from 'node:util'
import { expect } from 'vitest'
import { type ErrorCode, VarveError } from '../../src/errors.js'

type Read = (bytes: Uint8Array) => unknown

/** Every prefix of `bytes`, and bytes behind it, must be refused. */
export function expectTruncationsRefused(bytes: Uint8Array, read: Read): void {
  for (let length = 0; length < bytes.byteLength; length++)
    expectRefused(() => read(bytes.slice(0, length)), length)
  expectRefused(() => read(Buffer.concat([bytes, Buffer.alloc(1)])), bytes.byteLength + 1)
}

/** One flipped bit anywhere must be refused as corrupt: for sealed bytes. */
export function expectFlipsRefused(bytes: Uint8Array, read: Read): void {
  for (let at = 0; at < bytes.byteLength; at++) expectRefused(() => read(flipped(bytes, at, at % 8)), at)
}

/** One flipped bit anywhere gives another valid value or one of the errors of the world: for plain bytes. */
export function expectFlipsUnderstood(bytes: Uint8Array, read: Read): void {
  const codes: readonly ErrorCode[] = ['corrupt', 'unsupported-feature', 'unsupported-version']
  const original = read(bytes)
  for (let at = 0; at < bytes.byteLength * 8; at++) {
    try {
      // Canonical form: other bytes never mean the same.
      expect(isDeepStrictEqual(read(flipped(bytes, at >>> 3, at & 7)), original), `bit ${at}`).toBe(false)
    } catch (error) {
      if (!(error instanceof VarveError)) throw error
      expect(codes, `bit ${at}`).toContain(error.code)
    }
  }
}

export function expectRefused(act: () => unknown, at: number | string = ''): void {
  let caught: unknown
  try {
    act()
  } catch (error) {
    caught = error
  }
  expect(caught, `at ${at}`).toMatchObject({ name: 'CorruptError', code: 'corrupt' })
}

function flipped(bytes: Uint8Array, at: number, bit: number): Uint8Array {
  const changed = Uint8Array.from(bytes)
  changed[at]! ^= 1 << bit
  return changed
}
