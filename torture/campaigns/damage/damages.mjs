import { load } from '../../../bench/machine/dist.mjs'

const { decodeConfig, encodeConfig } = await load('format/config.js')
const { decodeSlot, encodeSlot } = await load('format/slot.js')

/**
 * @typedef {object} Damage
 * @property {string} object the object's name
 * @property {string} what what was done to it, for a person who wants to do it again
 * @property {'changed' | 'removed'} result
 * @property {Buffer | undefined} bytes what stands in its place
 */

export const kindOf = (name) => name.split('/')[0]

const objectsOf = (objects) => [...objects].sort(([a], [b]) => (a < b ? -1 : 1))

const changed = (object, what, bytes) => ({ object, what, result: 'changed', bytes })

/** Every object emptied, removed, cut at each class of length, made longer, swapped and rolled back. */
export const wholeDamages = (objects) =>
  objectsOf(objects).flatMap(([name, { bytes }]) => [
    { object: name, what: 'removed', result: 'removed', bytes: undefined },
    ...cuts(name, bytes),
    ...swaps(name, bytes, objects),
    ...olderVersions(name, bytes, objects),
  ])

/** Nothing, one byte, what a seal, a frame and a trailer take, halves, and one byte too few or too many. */
const cuts = (name, bytes) => {
  const { length } = bytes
  const lengths = [0, 1, 40, 41, 57, length >> 1, length - 57, length - 41, length - 16, length - 1]
  const shorter = [...new Set(lengths)].filter((size) => size >= 0 && size < length)
  return [
    ...shorter.map((size) => changed(name, `cut to ${size} bytes`, bytes.subarray(0, size))),
    ...shorter
      .filter((size) => size > 0)
      .map((size) => changed(name, `without its first ${size} bytes`, bytes.subarray(size))),
    changed(name, 'longer by a zero', Buffer.concat([bytes, Buffer.alloc(1)])),
    changed(name, 'twice', Buffer.concat([bytes, bytes])),
    changed(name, 'all zeros', Buffer.alloc(length)),
  ]
}

/** The bytes of each other object of the same kind. */
const swaps = (name, bytes, objects) =>
  objectsOf(objects)
    .filter(([other, { bytes: theirs }]) => kindOf(other) === kindOf(name) && !theirs.equals(bytes))
    .map(([other, { bytes: theirs }]) => changed(name, `swapped for ${other}`, theirs))

/** Objects never change, so what an older one would have been is made up where its place does not tell (a keyring's swap is one). */
const olderVersions = (name, bytes) => {
  if (kindOf(name) === 'config' || name === 'config.copy') {
    const { repositoryId } = decodeConfig(bytes, name)
    const chunkSizes = [{ fromOffset: 0, averageBits: 12 }]
    return [changed(name, 'of other chunk sizes', encodeConfig({ repositoryId, chunkSizes }))]
  }
  if (kindOf(name) !== 'keys') return []
  const { slot } = decodeSlot(bytes, name)
  return [
    changed(name, 'with another label', encodeSlot({ ...slot, label: 'older' })),
    changed(name, 'with another role', encodeSlot({ ...slot, role: 'write-only' })),
    changed(name, 'with another time', encodeSlot({ ...slot, createdNs: slot.createdNs + 1n })),
  ]
}

/** A bit of each byte flipped; which one follows from the place. */
export const byteDamages = (objects) =>
  objectsOf(objects).flatMap(([name, { bytes }]) =>
    Array.from({ length: bytes.length }, (_, at) => flipped(name, bytes, at)),
  )

/** The same for one byte of each object. */
export const sampledByteDamages = (objects, random) =>
  objectsOf(objects).map(([name, { bytes }]) => flipped(name, bytes, random.below(bytes.length)))

const flipped = (object, bytes, at) => {
  const bit = (at * 5 + 3) % 8
  const what = `bit ${bit} of byte ${at} flipped`
  return {
    object,
    what,
    result: 'changed',
    get bytes() {
      const copy = Buffer.from(bytes)
      copy[at] ^= 1 << bit
      return copy
    },
  }
}
