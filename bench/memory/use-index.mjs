/**
 * Opens the index that build-index.mjs made and looks chunks up as a backup does:
 * `node bench/memory/use-index.mjs FOLDER ENTRIES`. Prints microseconds as JSON.
 */
import { setFlagsFromString } from 'node:v8'
import { load } from '../machine/dist.mjs'
import { batches, idsOf, streamOf } from './index-ids.mjs'

// As the command does (src/cli/young-generation.ts).
setFlagsFromString('--semi-space-growth-factor=1')

const { LocalIndex } = await load('chunk-index/local-index.js')
const { LookupState } = await load('chunk-index/lookup-state.js')
const { ChunkLookup } = await load('chunk-index/chunk-lookup.js')

const folder = process.argv[2]
const perStream = Math.min(100_000, Number(process.argv[3]) / batches)
const expectedNew = 2 ** 18

/** @template Result @param {() => Result} action @returns {[number, Result]} */
const timed = (action) => {
  const start = process.hrtime.bigint()
  const result = action()
  return [Number(process.hrtime.bigint() - start) / 1000, result]
}

const [openUs, { index, lookup }] = timed(() => {
  const index = LocalIndex.open(folder, 'bench')
  return { index, lookup: new ChunkLookup(new LookupState(index, expectedNew).config()) }
})

/**
 * Microseconds for each claim of a stream's chunks.
 * @param {string} stream
 * @param {'known' | 'new'} answer
 */
const claimUs = (stream, answer) => {
  const ids = idsOf(stream, perStream)
  const [us] = timed(() => {
    for (let at = 0; at < ids.length; at += 32)
      if (lookup.claim(ids.subarray(at, at + 32)) !== answer) throw new Error(`a ${answer} chunk was not`)
  })
  return us / perStream
}

let knownUs = 0
for (let batch = 0; batch < batches; batch++) knownUs += claimUs(streamOf(batch), 'known') / batches
const newUs = claimUs('absent', 'new')
console.log(JSON.stringify({ openUs, knownUs, newUs }))
lookup.close()
index.close()
