import fs from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byteStringOfText } from '../../src/bytes/byte-string.js'
import type { FoundEntry } from '../../src/filesystem/found-entry.js'
import { nativeCalls } from '../../src/filesystem/native.js'
import { StatColumns } from '../../src/filesystem/stat-columns.js'
import { Walk, walk } from '../../src/filesystem/walk.js'
import { batchEntries, entriesOf, WalkBatcher } from '../../src/filesystem/walk-batch.js'
import type { WalkFilter } from '../../src/filesystem/walk-filter.js'
import { type WalkRoot, walkRootOf } from '../../src/filesystem/walk-root.js'
import { beginOfWalk, type WalkState } from '../../src/filesystem/walk-state.js'
import { temporaryDirectory } from './temporary-directory.js'

const seen = ({ path: at, directory, name, stat }: FoundEntry): unknown[] => [
  at,
  directory,
  name,
  stat.type,
  stat.inode,
  stat.mtimeNs,
]

/** What is found and what fails, in the order in which it is told. */
const straight = (roots: WalkRoot[], filter: WalkFilter): unknown[] => {
  const told: unknown[] = []
  for (const found of walk(roots, filter, (at, error) => told.push([at, (error as Error).message])))
    told.push(seen(found))
  return told
}

/** The same in batches; each time `handOver` says so, and between two directories, another walk goes on. */
const inBatches = (roots: WalkRoot[], filter: WalkFilter, handOver: () => boolean): unknown[] => {
  const told: unknown[] = []
  const batcher = new WalkBatcher()
  const walkOn = (state: WalkState): Walk =>
    new Walk(filter, batcher.onError, structuredClone(state), () => new StatColumns(batchEntries))
  let current = walkOn(beginOfWalk(roots, filter, batcher.onError))
  for (;;) {
    const batch = structuredClone(batcher.next(current, handOver()))
    for (const found of entriesOf(batch, (at, error) => told.push([at, (error as Error).message])))
      told.push(seen(found))
    if (batch.ended) return told
    const { state } = current
    if (state !== undefined && handOver()) current = walkOn(state)
  }
}

describe('a walk in batches', () => {
  it('tells the same in the same order, wherever another walk goes on', () => {
    nativeCalls()
    const names = fc.constantFrom('a', 'b', 'c', '\xfc', 'long name of a file')
    const paths = fc.array(fc.array(names, { minLength: 1, maxLength: 4 }), { maxLength: 25 })
    fc.assert(
      fc.property(paths, fc.infiniteStream(fc.boolean()), (made, choices) => {
        const top = temporaryDirectory()
        for (const parts of made) fs.mkdirSync(path.join(top, ...parts), { recursive: true })
        const roots = [walkRootOf(byteStringOfText(top)), walkRootOf(byteStringOfText(`${top}/absent`))]
        // A file that is gone when it is looked at.
        const filter: WalkFilter = {
          excludeName: ({ path: at, name }) => {
            if (name === 'c') fs.rmSync(Buffer.from(at, 'latin1'), { recursive: true, force: true })
            return name === 'b'
          },
        }
        const expected = inBatches(roots, filter, () => false)
        for (const parts of made) fs.mkdirSync(path.join(top, ...parts), { recursive: true })
        const shape = (told: unknown[]) => told.map((each) => (each as unknown[]).slice(0, 4))
        expect(shape(inBatches(roots, filter, () => choices.next().value))).toEqual(shape(expected))
        for (const parts of made) fs.mkdirSync(path.join(top, ...parts), { recursive: true })
        expect(shape(straight(roots, filter))).toEqual(shape(expected))
      }),
      { numRuns: 40 },
    )
  })

  it('has the attributes of each entry, also beyond the first batch, and of roots from elsewhere', () => {
    nativeCalls()
    const top = temporaryDirectory()
    const elsewhere = temporaryDirectory()
    for (let file = 0; file < 3 * batchEntries; file++) fs.writeFileSync(`${top}/${file}`, '')
    fs.writeFileSync(`${elsewhere}/file`, 'content')
    const roots = [
      { diskPath: byteStringOfText(top), treePath: [] },
      { diskPath: byteStringOfText(elsewhere), treePath: [byteStringOfText('other')] },
    ]
    const expected = straight(roots, {})
    expect(expected).toHaveLength(3 * batchEntries + 2)
    expect(inBatches(roots, {}, () => true)).toEqual(expected)
  })

  it('throws what is no error of the source', () => {
    const { onError } = new WalkBatcher()
    expect(() => onError(byteStringOfText('a'), new TypeError('a bug'))).toThrow('a bug')
  })
})
