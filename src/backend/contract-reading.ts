import type { ContractCase } from './contract-bench.js'
import { allCodes, bytes, stage } from './contract-stage.js'

export const readingCases: readonly ContractCase[] = [
  {
    title: 'an object that does not exist is missing for every reading call',
    async run(bench) {
      const name = bench.name('packs')
      await bench.rejects(() => bench.backend.read(name), 'missing')
      await bench.rejects(() => bench.backend.readRange(name, 0, 1), 'missing')
      await bench.rejects(() => bench.backend.readTail(name, 1), 'missing')
      await bench.rejects(() => bench.backend.size(name), 'missing')
    },
  },
  {
    title: 'a range is returned exactly, at the beginning, in the middle, at the end, and empty',
    async run(bench) {
      const name = bench.name('packs')
      await bench.backend.create(name, allCodes)
      for (const [offset, length] of [
        [0, 3],
        [100, 50],
        [255, 1],
        [0, 256],
        [256, 0],
      ] as const) {
        const range = await bench.backend.readRange(name, offset, length)
        bench.assert.deepEqual(range, allCodes.subarray(offset, offset + length))
      }
    },
  },
  {
    title: 'a range that reaches past the end is corrupt, however large',
    async run(bench) {
      const name = bench.name('packs')
      await bench.backend.create(name, allCodes)
      for (const [offset, length] of [
        [255, 2],
        [257, 0],
        [0, 2 ** 45],
        [2 ** 52, 1],
        [-1, 1],
      ] as const) {
        await bench.rejects(() => bench.backend.readRange(name, offset, length), 'corrupt')
      }
    },
  },
  {
    title: 'the tail of an object comes with the whole size, and is the whole of a smaller object',
    async run(bench) {
      const name = bench.name('packs')
      await bench.backend.create(name, allCodes)
      const tail = await bench.backend.readTail(name, 16)
      bench.assert.deepEqual(tail, { bytes: allCodes.subarray(240), sizeBytes: 256 })
      bench.assert.deepEqual((await bench.backend.readTail(name, 1000)).bytes, allCodes)
    },
  },
  {
    title: 'a returned buffer owns its memory and the caller may change it',
    async run(bench) {
      const name = bench.name('index')
      await bench.backend.create(name, bytes('unchanged'))
      for (const got of [await bench.backend.read(name), await bench.backend.readRange(name, 0, 9)]) {
        bench.assert.equal(got.buffer.byteLength, got.length)
        got.fill(0)
      }
      bench.assert.deepEqual(await bench.backend.read(name), bytes('unchanged'))
    },
  },
]

export const listingCases: readonly ContractCase[] = [
  {
    title: 'every object is listed with its name and size, in its own folder only',
    async run(bench) {
      const made = [bench.name('packs'), bench.name('packs'), bench.name('packs'), bench.name('index')]
      await Promise.all(made.map((name, ordinal) => bench.backend.create(name, Buffer.alloc(ordinal + 1))))
      const sizes = new Map<string, number>()
      for await (const { name, sizeBytes } of bench.backend.list('packs')) sizes.set(name, sizeBytes)
      bench.assert.deepEqual(
        made.map((name) => sizes.get(name)),
        [1, 2, 3, undefined],
      )
    },
  },
  {
    title: 'what exists during the whole list is listed, while other objects come and go',
    async run(bench) {
      const steady = Array.from({ length: 40 }, () => bench.name('packs'))
      await Promise.all(steady.map((name) => bench.backend.create(name, bytes('steady'))))
      const listed = new Set<string>()
      for await (const { name } of bench.backend.list('packs')) {
        listed.add(name)
        if (listed.size > 40) continue
        const passing = bench.name('packs')
        await bench.backend.create(passing, bytes('passing'))
        await bench.backend.remove(passing)
      }
      bench.assert.deepEqual(
        steady.filter((name) => !listed.has(name)),
        [],
      )
    },
  },
  {
    title: 'a folder that was never written to is empty, and a malformed folder is refused',
    async run(bench) {
      bench.assert.deepEqual(await bench.namesIn('nothing-was-ever-here'), [])
      await bench.rejects(() => bench.namesIn('../packs'), 'invalid-argument')
      await bench.rejects(() => bench.namesIn(''), 'invalid-argument')
    },
  },
  {
    title: 'folders that hold an object are listed, unknown ones among them',
    async run(bench) {
      await bench.backend.create(bench.name('of-a-later-version'), bytes('x'))
      await bench.backend.create(bench.name('packs'), bytes('x'))
      const folders = await bench.backend.listFolders()
      bench.assert.ok(folders.includes('of-a-later-version') && folders.includes('packs'))
    },
  },
  {
    title: 'folders are among the names at the top, and what is in them is not',
    async run(bench) {
      const name = bench.name('packs')
      await bench.backend.create(name, bytes('x'))
      const top = await bench.backend.listTop()
      bench.assert.ok(top.includes('packs') && !top.includes(name))
    },
  },
]

export const removingCases: readonly ContractCase[] = [
  {
    title: 'a removed object is missing and no longer listed, and its name is free',
    async run(bench) {
      const name = bench.name('packs')
      await bench.backend.create(name, bytes('first'))
      await bench.backend.readRange(name, 0, 5)
      await bench.backend.remove(name)
      await bench.rejects(() => bench.backend.readRange(name, 0, 5), 'missing')
      bench.assert.ok(!(await bench.namesIn('packs')).includes(name))
      await bench.backend.create(name, bytes('again'))
      bench.assert.deepEqual(await bench.backend.readRange(name, 0, 5), bytes('again'))
    },
  },
  {
    title: 'removing what does not exist is no error',
    async run(bench) {
      await bench.backend.remove(bench.name('packs'))
      await bench.backend.remove(bench.name('nothing-was-ever-here'))
    },
  },
  {
    title: 'clearing temporaries of any age leaves objects and this backend’s staging files alone',
    async run(bench) {
      const [object, staged] = [bench.name('packs'), bench.name('packs')]
      await bench.backend.create(object, bytes('object'))
      const path = await stage(bench, [bytes('staged')])
      await bench.backend.clearAbandonedTemporaries(0, Number.MAX_SAFE_INTEGER)
      await bench.backend.publishStaged(path, staged, 6)
      bench.assert.deepEqual(await bench.backend.read(object), bytes('object'))
      bench.assert.deepEqual(await bench.backend.read(staged), bytes('staged'))
    },
  },
]
