import assert from 'node:assert/strict'
import { compareEntries, ENTRY_BYTES, wordAt } from './entry.js'

const ENTRY_WORDS = ENTRY_BYTES / 4
const INSERTION_MAX = 64

/** The same memory as bytes, to compare, and as words, to copy. */
interface Entries {
  readonly bytes: Uint8Array
  readonly words: Uint32Array
}

/**
 * A sorted copy of packed entries.
 * 1. Count the entries of each bucket: the leading bits of the id, so many that a bucket holds about four.
 * 2. Copy each entry into its bucket. 3. Sort within the buckets.
 * Ids are uniformly distributed, so this is linear; other ids only make it slower.
 */
export const sortEntries = (entries: Uint8Array): Uint8Array => {
  assert(entries.length % ENTRY_BYTES === 0, 'whole entries')
  const source = inWords(entries.byteOffset % 4 === 0 ? entries : entries.slice())
  const sorted = inWords(new Uint8Array(entries.length))
  const count = entries.length / ENTRY_BYTES
  const bits = Math.min(22, Math.max(1, Math.floor(Math.log2(count + 1)) - 2))
  const ends = scatter(source, sorted, 32 - bits)
  for (let bucket = 0, start = 0; bucket < ends.length; bucket++) {
    const end = ends[bucket]!
    if (end - start > INSERTION_MAX) sortLargeBucket(sorted, start, end)
    else if (end - start > 1) sortSmallBucket(sorted, start, end)
    start = end
  }
  return sorted.bytes
}

/** Copies each entry into its bucket, and gives where each bucket ends. */
const scatter = (source: Entries, target: Entries, shift: number): Uint32Array => {
  const places = new Uint32Array(2 ** (32 - shift))
  const { bytes } = source
  for (let at = 0; at < bytes.length; at += ENTRY_BYTES) places[wordAt(bytes, at) >>> shift]!++
  for (let bucket = 0, sum = 0; bucket < places.length; bucket++) {
    const size = places[bucket]!
    places[bucket] = sum
    sum += size
  }
  for (let index = 0; index * ENTRY_BYTES < bytes.length; index++) {
    const bucket = wordAt(bytes, index * ENTRY_BYTES) >>> shift
    copyEntry(target.words, places[bucket]!++, source.words, index)
  }
  return places
}

const sortSmallBucket = ({ bytes, words }: Entries, start: number, end: number): void => {
  for (let from = start + 1; from < end; from++) {
    let to = from
    while (to > start && compareEntries(bytes, (to - 1) * ENTRY_BYTES, bytes, from * ENTRY_BYTES) > 0) to--
    if (to === from) continue
    copyEntry(moved, 0, words, from)
    for (let index = from; index > to; index--) copyEntry(words, index, words, index - 1)
    copyEntry(words, to, moved, 0)
  }
}

const moved = new Uint32Array(ENTRY_WORDS)

const sortLargeBucket = ({ bytes, words }: Entries, start: number, end: number): void => {
  const source = inWords(bytes.slice(start * ENTRY_BYTES, end * ENTRY_BYTES))
  const order = Uint32Array.from({ length: end - start }, (_, index) => index)
  order.sort((a, b) => compareEntries(source.bytes, a * ENTRY_BYTES, source.bytes, b * ENTRY_BYTES))
  order.forEach((from, index) => {
    copyEntry(words, start + index, source.words, from)
  })
}

const copyEntry = (target: Uint32Array, to: number, source: Uint32Array, from: number): void => {
  const there = to * ENTRY_WORDS
  const here = from * ENTRY_WORDS
  for (let i = 0; i < ENTRY_WORDS; i++) target[there + i] = source[here + i]!
}

const inWords = (bytes: Uint8Array): Entries => ({
  bytes,
  words: new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4),
})
