/** Holes are made of whole pages of zeros. */
const pageBytes = 4096
const zeros = Buffer.alloc(pageBytes)

/** What is left of `bytes[start, +length)` without whole pages of zeros, as positions relative to `start`. */
export function* rangesOfData(
  bytes: Buffer,
  start: number,
  length: number,
  offset: number,
): Generator<[number, number]> {
  let from = -1
  for (let at = 0; at < length; ) {
    const next = Math.min(length, at + pageBytes - ((offset + at) % pageBytes))
    const isHole =
      next - at === pageBytes && zeros.compare(bytes, start + at, start + next, 0, pageBytes) === 0
    if (isHole && from >= 0) {
      yield [from, at]
      from = -1
    } else if (!isHole && from < 0) from = at
    at = next
  }
  if (from >= 0) yield [from, length]
}
