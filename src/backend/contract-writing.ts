import type { ContractCase } from './contract-bench.js'
import { allCodes, bytes, stage } from './contract-stage.js'

export const creatingCases: readonly ContractCase[] = [
  {
    title: 'an object is read as it was created, bytes of every value among it',
    async run(bench) {
      const name = bench.name('snapshots')
      await bench.backend.create(name, allCodes)
      bench.assert.deepEqual(await bench.backend.read(name), allCodes)
      bench.assert.equal(await bench.backend.size(name), allCodes.length)
    },
  },
  {
    title: 'the parts of an object are stored in sequence',
    async run(bench) {
      const name = bench.name('packs')
      await bench.backend.create(name, [bytes('one,'), bytes(''), bytes('two')])
      bench.assert.deepEqual(await bench.backend.read(name), bytes('one,two'))
    },
  },
  {
    title: 'an empty object can be stored, read and listed',
    async run(bench) {
      const name = bench.name('pending')
      await bench.backend.create(name, [])
      bench.assert.equal((await bench.backend.read(name)).length, 0)
      bench.assert.ok((await bench.namesIn('pending')).includes(name))
    },
  },
  {
    title: 'creating an existing name throws exists and leaves the object as it is',
    async run(bench) {
      const name = bench.name('index')
      await bench.backend.create(name, bytes('first'))
      await bench.rejects(() => bench.backend.create(name, bytes('second')), 'exists')
      bench.assert.deepEqual(await bench.backend.read(name), bytes('first'))
    },
  },
  {
    title: 'of many who create one name at the same time exactly one succeeds, and its bytes stay',
    async run(bench) {
      const name = bench.name('keyring')
      const rivals = Array.from({ length: 8 }, (_, rival) => bytes(`rival ${rival}`))
      const outcomes = await Promise.allSettled(rivals.map((rival) => bench.backend.create(name, rival)))
      const winners = rivals.filter((_, rival) => outcomes[rival]?.status === 'fulfilled')
      bench.assert.equal(winners.length, 1)
      bench.assert.deepEqual(await bench.backend.read(name), winners[0])
    },
  },
  {
    title: 'a malformed name is refused by every call',
    async run(bench) {
      const malformed = [
        '',
        '.',
        '..',
        '../x',
        '/etc/x',
        'a/../b',
        'index//x',
        'index/',
        'index/a/b',
        'index/.tmp-00',
      ]
      const more = [
        'index/a\0b',
        'Index/x',
        'index/X',
        'index/a\n',
        'packs/ab',
        `index/${'x'.repeat(300)}`,
        '\\x',
        'é',
      ]
      for (const name of [...malformed, ...more]) {
        await bench.rejects(() => bench.backend.create(name, bytes('x')), 'invalid-argument')
        await bench.rejects(() => bench.backend.read(name), 'invalid-argument')
        await bench.rejects(() => bench.backend.readRange(name, 0, 1), 'invalid-argument')
        await bench.rejects(() => bench.backend.size(name), 'invalid-argument')
        await bench.rejects(() => bench.backend.remove(name), 'invalid-argument')
      }
    },
  },
]

export const stagingCases: readonly ContractCase[] = [
  {
    title: 'a staging file becomes an object with the bytes that were appended to it',
    async run(bench) {
      const name = bench.name('packs')
      const path = await stage(bench, [bytes('block one,'), bytes('block two')])
      await bench.backend.publishStaged(path, name, 19)
      bench.assert.deepEqual(await bench.backend.read(name), bytes('block one,block two'))
    },
  },
  {
    title: 'a staging file is not listed',
    async run(bench) {
      const before = await bench.namesIn('packs')
      const path = await stage(bench, [bytes('unfinished')])
      bench.assert.deepEqual(await bench.namesIn('packs'), before)
      await bench.backend.discardStaged(path)
      await bench.backend.discardStaged(path)
    },
  },
  {
    title: 'publishing under an existing name throws exists and leaves the object as it is',
    async run(bench) {
      const name = bench.name('packs')
      await bench.backend.create(name, bytes('first'))
      const path = await stage(bench, [bytes('second')])
      await bench.rejects(() => bench.backend.publishStaged(path, name, 6), 'exists')
      bench.assert.deepEqual(await bench.backend.read(name), bytes('first'))
    },
  },
  {
    title: 'a staging file of another size than was written is corrupt and becomes no object',
    async run(bench) {
      const name = bench.name('packs')
      const path = await stage(bench, [bytes('torn')])
      await bench.rejects(() => bench.backend.publishStaged(path, name, 5), 'corrupt')
      await bench.rejects(() => bench.backend.size(name), 'missing')
    },
  },
]
