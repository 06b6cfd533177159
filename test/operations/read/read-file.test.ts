import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ByteString } from '../../../src/bytes/byte-string.js'
import { CorruptError } from '../../../src/errors.js'
import { EntryType, type InlineContent } from '../../../src/format/entry.js'
import type { Snapshot } from '../../../src/format/snapshot.js'
import { readFile } from '../../../src/operations/read/read-file.js'
import { fileContent } from '../../../src/snapshot/file-content.js'
import { findEntry } from '../../../src/snapshot/find-entry.js'
import { collect, collectBytes, directory, RepositoryFixture, symlink } from '../../repository-fixture.js'

describe('readFile', () => {
  let fixture: RepositoryFixture
  let snapshot: Snapshot
  const large = randomBytes(400_000)
  const sparse = Buffer.concat([large.subarray(0, 2500), Buffer.alloc(700_000), large.subarray(5000, 9000)])

  beforeAll(async () => {
    fixture = await RepositoryFixture.create()
    snapshot = await fixture.snapshot({
      'a/small.txt': 'hello',
      'a/empty': '',
      'a/large': large,
      'a/sparse': [large.subarray(0, 2500), { zeros: 700_000 }, large.subarray(5000, 9000)],
      'a/link': symlink('small.txt'),
      'latin1:a/\xff\xfe': 'not text',
      'a/ü': 'text',
      pipe: { type: EntryType.fifo },
      empty: directory(),
    })
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  const read = (path: string, options = {}) =>
    collectBytes(readFile(fixture.store, `${snapshot.id}:${path}`, options))

  it('gives the bytes of small, empty, large and sparse files', async () => {
    expect((await read('a/small.txt')).toString()).toBe('hello')
    expect(await read('/a//./empty')).toHaveLength(0)
    expect((await read('a/large')).equals(large)).toBe(true)
    expect((await read('a/b/../sparse')).equals(sparse)).toBe(true)
  })

  it('gives any range, and stops at the end of the file', async () => {
    const offset = fc.oneof(fc.nat(sparse.length + 10), fc.constantFrom(0, 1000, 2500, 702_500))
    await fc.assert(
      fc.asyncProperty(offset, offset, async (a, b) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)]
        expect((await read('a/sparse', { start, end })).equals(sparse.subarray(start, end))).toBe(true)
        expect((await read('a/large', { start })).equals(large.subarray(start))).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  it('gives zeros in buffers of bounded size', async () => {
    const parts = await collect(readFile(fixture.store, `${snapshot.id}:a/sparse`))
    expect(Math.max(...parts.map((part) => part.length))).toBeLessThanOrEqual(256 * 1024)
  })

  it('finds a name that is not UTF-8 by its escapes and by its bytes', async () => {
    expect((await read('a/\udcff\udcfe')).toString()).toBe('not text')
    expect((await read('a/ü')).toString()).toBe('text')
    const place = { snapshot: snapshot.id, path: 'a/\xff\xfe' }
    expect((await collectBytes(readFile(fixture.store, place))).toString()).toBe('not text')
  })

  it('says what is there instead of a file', async () => {
    const id = snapshot.id.slice(0, 8)
    await expect(read('a')).rejects.toMatchObject({
      code: 'invalid-argument',
      message: `${id}:a is a directory, not a file`,
    })
    await expect(read('')).rejects.toMatchObject({
      code: 'invalid-argument',
      message: `the root of snapshot ${id} is a directory, not a file`,
    })
    await expect(read('a/link')).rejects.toMatchObject({
      message: `${id}:a/link is a symlink to small.txt, not a file`,
    })
    await expect(read('pipe')).rejects.toMatchObject({ message: `${id}:pipe is a fifo, not a file` })
  })

  it('names path and snapshot where there is nothing, and how far the path leads', async () => {
    const id = snapshot.id.slice(0, 8)
    await expect(read('a/none/x')).rejects.toMatchObject({
      code: 'not-found',
      message: `snapshot ${id} has no entry a/none/x`,
      hint: `varve ls ${id}:a shows what is there.`,
    })
    await expect(read('a/link/x')).rejects.toMatchObject({
      hint: `${id}:a/link is a symlink, and nothing is below it.`,
    })
    await expect(read('x'.repeat(300))).rejects.toMatchObject({ code: 'not-found' })
    await expect(read(`${'x/'.repeat(40_000)}x`)).rejects.toMatchObject({ code: 'not-found' })
  })

  it('refuses what is no range', async () => {
    for (const range of [{ start: -1 }, { start: 2, end: 1 }, { end: 1.5 }])
      await expect(read('a/small.txt', range)).rejects.toMatchObject({ code: 'invalid-argument' })
  })

  it('ends with `interrupted` when it is aborted', async () => {
    await expect(read('a/large', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'interrupted',
    })
  })

  it('refuses a chunk of another length than the piece says', async () => {
    const entry = await findEntry(fixture.store.reader, snapshot, 'a/small.txt' as ByteString)
    const content = entry.content as InlineContent
    const pieces = Buffer.from(content.pieces)
    pieces.writeUIntLE(4, 0, 3)
    const parts = fileContent(fixture.store.reader, { ...content, sizeBytes: 4, pieces }, {}, 'forged')
    await expect(collectBytes(parts)).rejects.toThrow(CorruptError)
  })
})
