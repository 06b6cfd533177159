import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readFilterFile, writeFilterFile } from '../../src/chunk-index/filter-file.js'
import { FingerprintFilter, newFilterSegment } from '../../src/chunk-index/fingerprint-filter.js'
import { loadFilterSegment } from '../../src/chunk-index/load-filter.js'
import { emptyManifest, type RunRecord } from '../../src/chunk-index/manifest.js'
import { RunSet } from '../../src/chunk-index/run-set.js'
import { sortEntries } from '../../src/chunk-index/sort-entries.js'
import { writeSortedRun } from '../../src/chunk-index/sorted-run-writer.js'
import { idOf, newFolder, packed } from './entries.js'

const folder = newFolder()
const run = (from: number, to: number, inFilter: boolean): RunRecord => {
  const places = Array.from({ length: to - from }, (_, n) => ({
    id: idOf(from + n),
    packOrdinal: 0,
    location: 0,
  }))
  return { ...writeSortedRun(folder, [sortEntries(packed(places))]), inFilter }
}
const load = (runs: RunRecord[], filter: string | null) => {
  const open = RunSet.open(folder, runs, RunSet.empty)!
  const loaded = loadFilterSegment(folder, { ...emptyManifest('r'), runs, filter }, open)
  open.close()
  return { isNew: loaded.isNew, filter: new FingerprintFilter({ buffers: [loaded.segment] }) }
}
const savedFilter = (from: number, to: number): string => {
  const segment = newFilterSegment(0)
  const filter = new FingerprintFilter({ buffers: [segment] })
  for (let n = from; n < to; n++) filter.insert(idOf(n))
  return writeFilterFile(folder, segment)
}

test('A filter file gives the segment back that was written', () => {
  const name = savedFilter(0, 1000)
  const filter = new FingerprintFilter({ buffers: [readFilterFile(folder, name)!] })
  expect(filter.count).toBeGreaterThan(990)
  for (let n = 0; n < 1000; n++) expect(filter.mayContain(idOf(n))).toBe(true)
})

test('A filter file that is missing, cut short or changed is not used', () => {
  const name = savedFilter(0, 10)
  const path = join(folder, name)
  const whole = readFileSync(path)
  for (const at of [0, 4, 8, 64, 68, 5000, whole.length - 1]) {
    const damaged = Buffer.from(whole)
    damaged[at]! ^= 4
    writeFileSync(path, damaged)
    expect(readFilterFile(folder, name), `byte ${at}`).toBeUndefined()
  }
  for (const size of [0, 63, 64, 1000]) {
    writeFileSync(path, whole)
    truncateSync(path, size)
    expect(readFilterFile(folder, name), `${size} bytes`).toBeUndefined()
  }
  rmSync(path)
  expect(readFilterFile(folder, name)).toBeUndefined()
  expect(readdirSync(folder)).not.toContain(name)
})

test('Runs added since the filter file was written are filled in; when they are many, all is filled anew', () => {
  const few = load([run(0, 2000, true), run(2000, 2100, false)], savedFilter(0, 2000))
  expect(few.isNew).toBe(false)
  for (let n = 0; n < 2100; n++) expect(few.filter.mayContain(idOf(n))).toBe(true)
  const many = load([run(0, 2000, true), run(2000, 2500, false)], savedFilter(0, 2000))
  expect(many.isNew).toBe(true)
  for (let n = 0; n < 2500; n++) expect(many.filter.mayContain(idOf(n))).toBe(true)
  const none = load([run(0, 2000, false)], null)
  expect(none.isNew).toBe(true)
  for (let n = 0; n < 2000; n++) expect(none.filter.mayContain(idOf(n))).toBe(true)
})
