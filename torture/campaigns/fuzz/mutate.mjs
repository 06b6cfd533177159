const numbers = [
  0, 1, 2, 0x17, 0x18, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000, 0xffffff, 0x7fffffff, 0x80000000, 0xffffffff,
]

/** Heads of CBOR items of all kinds, lengths and false lengths. */
const heads = [
  0x00, 0x18, 0x1b, 0x20, 0x3b, 0x40, 0x58, 0x5b, 0x60, 0x7a, 0x80, 0x81, 0x98, 0x9b, 0x9f, 0xa1, 0xc2, 0xf4,
  0xf6, 0xf9, 0xfb, 0xff,
]

const steps = [
  (bytes, random) => {
    bytes[random.below(bytes.length)] ^= 1 << random.below(8)
    return bytes
  },
  (bytes, random) => {
    bytes[random.below(bytes.length)] = random.below(256)
    return bytes
  },
  (bytes, random) => {
    bytes[random.below(bytes.length)] = random.pick(heads)
    return bytes
  },
  (bytes, random) => {
    if (bytes.length < 4) return bytes
    bytes.writeUInt32LE(random.pick(numbers), random.below(bytes.length - 3))
    return bytes
  },
  (bytes, random) => {
    if (bytes.length < 8) return bytes
    bytes.writeUInt32BE(random.pick(numbers), random.below(bytes.length - 7))
    bytes.writeUInt32BE(random.pick(numbers), random.below(bytes.length - 3))
    return bytes
  },
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  (bytes, random) => bytes.subarray(random.below(bytes.length)),
  (bytes, random) => {
    const at = random.below(bytes.length)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(8))])
  },
  (bytes, random) => {
    const at = random.below(bytes.length)
    return Buffer.concat([bytes.subarray(0, at), random.bytes(1 + random.below(8)), bytes.subarray(at)])
  },
  (bytes, random) => {
    const [from, at] = [random.below(bytes.length), random.below(bytes.length)]
    const part = bytes.subarray(from, from + random.below(64))
    return Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)])
  },
  (bytes, random, other) => {
    const at = random.below(bytes.length)
    return Buffer.concat([bytes.subarray(0, at), other.subarray(random.below(other.length + 1))])
  },
]

/** A copy of bytes with one to four changes; `other` is what a part may be taken from. */
export const mutated = (bytes, other, random) => {
  let changed = Buffer.from(bytes)
  for (let left = 1 + random.below(4); left > 0; left--) {
    if (changed.length === 0) return changed
    changed = random.pick(steps)(changed, random, other)
  }
  return changed
}

const pieces = [
  ...'0123456789abcdefxyzKMGTPiB%/@:.,;-+*?[]{}()!#\\"\'=~^$|& \t\n\r\0',
  '..',
  '**',
  '\\',
  '[!',
  '[^',
  ']]',
  '[z-a]',
  '[[:alpha:]]',
  '{a,b}',
  '\u202e',
  '\ud800',
  '\udcff',
  '\ufeff',
  'ä',
  '𝒳',
  '1e309',
  '-0',
  'NaN',
  '9'.repeat(30),
  'latest',
  '\u0000',
  '"""',
  "'''",
  '[a.b]',
  '[[x]]',
  '1979-05-27T07:32:00Z',
  'inf',
  '0x',
  '__proto__',
  'constructor',
]

/** The same for text. */
export const mutatedText = (text, other, random) => {
  let changed = text
  for (let left = 1 + random.below(5); left > 0; left--) {
    const at = random.below(changed.length + 1)
    const way = random.below(5)
    if (way === 0) changed = changed.slice(0, at) + changed.slice(at + 1 + random.below(4))
    else if (way === 1) changed = changed.slice(0, at) + other.slice(random.below(other.length + 1))
    else if (way === 2)
      changed = changed.slice(0, at) + changed.slice(random.below(at + 1), at) + changed.slice(at)
    else changed = changed.slice(0, at) + random.pick(pieces) + changed.slice(at)
    if (changed.length > 2000) changed = changed.slice(0, 2000)
  }
  return changed
}
