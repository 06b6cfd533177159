import { compareEntries, keyAt } from './entry.js'
import type { EntryCursor } from './run-cursor.js'

const AT_END = Number.POSITIVE_INFINITY

/**
 * Gives the entries of all cursors in order. An entry that several cursors hold comes once; entries of one id in
 * different packs all come.
 */
export const mergeEntries = (
  cursors: readonly EntryCursor[],
  emit: (entries: Uint8Array, offset: number) => void,
): void => {
  const keys = new Float64Array(cursors.length)
  const advance = (index: number): void => {
    const cursor = cursors[index]!
    keys[index] = cursor.next() ? keyAt(cursor.bytes, cursor.offset) : AT_END
  }
  for (let index = 0; index < cursors.length; index++) advance(index)
  for (;;) {
    const index = smallest(cursors, keys)
    const key = keys[index]
    if (key === undefined || key === AT_END) return
    const cursor = cursors[index]!
    for (let other = 0; other < keys.length; other++)
      if (keys[other] === key && other !== index && order(cursors[other]!, cursor) === 0) advance(other)
    emit(cursor.bytes, cursor.offset)
    advance(index)
  }
}

/** There are a handful of runs, so that looking at every key costs less than keeping a heap. */
const smallest = (cursors: readonly EntryCursor[], keys: Float64Array): number => {
  let best = 0
  for (let index = 1; index < keys.length; index++) {
    if (keys[index]! > keys[best]! || keys[index] === AT_END) continue
    if (keys[index]! < keys[best]! || order(cursors[index]!, cursors[best]!) < 0) best = index
  }
  return best
}

const order = (a: EntryCursor, b: EntryCursor): number => compareEntries(a.bytes, a.offset, b.bytes, b.offset)
