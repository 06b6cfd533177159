import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll } from 'vitest'
import { ENTRY_BYTES, writeEntry } from '../../src/chunk-index/entry.js'

export interface Place {
  readonly id: Uint8Array
  readonly packOrdinal: number
  readonly location: number
}

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** An empty folder that goes with the last test of the file. */
export const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'varve-index-'))
  folders.push(folder)
  return folder
}

/** A chunk id as real ones are: 32 uniform bytes. */
export const idOf = (seed: number | string): Uint8Array =>
  new Uint8Array(createHash('sha256').update(String(seed)).digest())

export const hexOf = (id: Uint8Array): string => Buffer.from(id.subarray(0, 16)).toString('hex')

export const pack = (seed: number | string) => ({
  packId: Buffer.from(idOf(`pack ${seed}`)).toString('hex'),
  sizeBytes: 1000,
})

export const packed = (places: readonly Place[]): Uint8Array => {
  const entries = new Uint8Array(places.length * ENTRY_BYTES)
  places.forEach(({ id, packOrdinal, location }, index) => {
    writeEntry(entries, index * ENTRY_BYTES, id, packOrdinal, location)
  })
  return entries
}

/** Ids that are uniform, and ids that differ in one byte only, so that keys and pages collide. */
export const anyId = fc.oneof(
  fc.nat(5000).map(idOf),
  fc.tuple(fc.constantFrom(0, 6, 7, 15), fc.nat(255)).map(([at, byte]) => {
    const id = new Uint8Array(32).fill(7)
    id[at] = byte
    return id
  }),
)

export const placesIn = (packCount: number, maxLength = 1200): fc.Arbitrary<Place[]> =>
  fc.array(
    fc.record({
      id: anyId,
      packOrdinal: fc.nat(packCount - 1),
      location: fc.nat(2).map((n) => (n === 2 ? 0xffffffff : n)),
    }),
    { maxLength, size: 'max' },
  )
