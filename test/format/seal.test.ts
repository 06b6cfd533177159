import { expect, test } from 'vitest'
import { ObjectType } from '../../src/format/ids.js'
import { Seals, sealedOverheadBytes } from '../../src/format/seal.js'
import { expectFlipsRefused, expectRefused, expectTruncationsRefused } from './damage.js'
import { counting, material, sampleSeals } from './samples.js'

const seals = sampleSeals()
const types = Object.values(ObjectType)
const plaintext = counting(50)

test('a sealed object opens, and is 41 bytes longer than its plaintext', () => {
  for (const type of types) {
    const sealed = seals.seal(type, 2, 'some/name', [plaintext.subarray(0, 20), plaintext.subarray(20)])
    expect(sealed.byteLength).toBe(plaintext.byteLength + sealedOverheadBytes)
    expect(sealed[0]).toBe(3)
    expect(seals.open(type, 2, 'some/name', sealed, 'some/name')).toEqual(plaintext)
  }
})

test('an object sealed as one type opens as no other type (I-2)', () => {
  for (const sealedAs of types) {
    const sealed = seals.seal(sealedAs, 0, '', plaintext)
    for (const openedAs of types) {
      if (openedAs !== sealedAs)
        expectRefused(() => seals.open(openedAs, 0, '', sealed, 'x'), `${sealedAs}-${openedAs}`)
    }
  }
})

test('an object opens under no other name and as no other part (I-3)', () => {
  const sealed = seals.seal(ObjectType.snapshot, 1, 'snapshots/a', plaintext)
  expectRefused(() => seals.open(ObjectType.snapshot, 1, 'snapshots/b', sealed, 'x'))
  expectRefused(() => seals.open(ObjectType.snapshot, 1, '', sealed, 'x'))
  expectRefused(() => seals.open(ObjectType.snapshot, 0, 'snapshots/a', sealed, 'x'))
})

test('an object opens in no other repository, and an older one not in a newer epoch', () => {
  const sealed = seals.seal(ObjectType.index, 0, '', plaintext)
  const elsewhere = new Seals({ ...material, repositoryId: counting(16) })
  expectRefused(() => elsewhere.open(ObjectType.index, 0, '', sealed, 'x'))
  for (const epoch of [0, 1, 2, 255]) {
    const moved = Buffer.from(sealed)
    moved[0] = epoch
    expectRefused(() => seals.open(ObjectType.index, 0, '', moved, 'x'), epoch)
  }
})

test('any damage is corrupt, and names the object', () => {
  const sealed = seals.seal(ObjectType.note, 0, 'notes/a.1', plaintext)
  const open = (bytes: Uint8Array) => seals.open(ObjectType.note, 0, 'notes/a.1', bytes, 'notes/a.1')
  expectTruncationsRefused(sealed, open)
  expectFlipsRefused(sealed, open)
  expect(() => open(sealed.subarray(1))).toThrow(/^notes\/a\.1: /)
})

test('seals are made again from material that was posted to a thread', () => {
  const sealed = seals.seal(ObjectType.tree, 0, '', plaintext)
  const posted = new Seals(structuredClone(material))
  expect(posted.open(ObjectType.tree, 0, '', sealed, 'x')).toEqual(plaintext)
})

test('nonces are fresh unless a test gives them', () => {
  const own = new Seals(material)
  const nonces = Array.from({ length: 500 }, () =>
    own.seal(ObjectType.data, 0, '', plaintext).toString('hex', 1, 25),
  )
  expect(new Set(nonces).size).toBe(500)
})
