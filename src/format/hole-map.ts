import assert from 'node:assert/strict'
import { CorruptError } from '../errors.js'
import { CborReader } from './cbor-reader.js'
import { CborWriter } from './cbor-writer.js'
import { holeMapMaxBytes } from './limits.js'

/** Ranges that were holes in the source, ascending and apart: offset, length, offset, length, … */
export type HoleRanges = readonly number[]

/** docs/FORMAT.md §7. There must be at least one hole. */
export function encodeHoles(ranges: HoleRanges): Buffer {
  assert.ok(ranges.length > 0 && ranges.length % 2 === 0)
  const writer = new CborWriter()
  writer.arrayHead(ranges.length)
  let end = 0
  for (let index = 0; index < ranges.length; index += 2) {
    const [offset, length] = [ranges[index]!, ranges[index + 1]!]
    assert.ok(length > 0 && (index === 0 || offset > end))
    writer.uint(offset - end)
    writer.uint(length)
    end = offset + length
  }
  return writer.bytes()
}

/** Errors: `corrupt`. */
export function decodeHoles(bytes: Uint8Array, fileSizeBytes: number, objectName: string): HoleRanges {
  const ranges: number[] = []
  forEachHole(bytes, fileSizeBytes, objectName, (offset, length) => ranges.push(offset, length))
  return ranges
}

/** The same without keeping them: there may be thirty million. Errors: `corrupt`. */
export function forEachHole(
  bytes: Uint8Array,
  fileSizeBytes: number,
  objectName: string,
  visit: (offset: number, length: number) => void,
): void {
  if (bytes.byteLength > holeMapMaxBytes)
    throw new CorruptError(objectName, 'has a hole map that is too long')
  const reader = new CborReader(bytes, objectName)
  const count = reader.arrayHead('hole map')
  if (count === 0 || count % 2 !== 0) throw reader.corrupt('hole map has an impossible number of items')
  let end = 0
  for (let index = 0; index < count; index += 2) {
    const gap = reader.uint(fileSizeBytes, 'gap')
    const length = reader.uint(fileSizeBytes, 'hole')
    if (length === 0 || (gap === 0 && index > 0)) throw reader.corrupt('hole map has an empty range')
    visit(end + gap, length)
    end += gap + length
    if (end > fileSizeBytes) throw reader.corrupt('hole map reaches beyond the file')
  }
  reader.end()
}
