/**
 * Makes a local index of synthetic chunks: `node bench/memory/build-index.mjs FOLDER ENTRIES`.
 */
import { createHash } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { load } from '../machine/dist.mjs'
import { batches, idsOf, streamOf } from './index-ids.mjs'

// As the command does (src/cli/young-generation.ts).
setFlagsFromString('--semi-space-growth-factor=1')

const { LocalIndex } = await load('chunk-index/local-index.js')
const { ENTRY_BYTES, locationOf, writeEntry } = await load('chunk-index/entry.js')

const folder = process.argv[2]
const perBatch = Number(process.argv[3]) / batches
/** Some 2,000 chunks of 16 KiB in each. */
const packsPerBatch = 500

/** @param {number} batch */
const packsOf = (batch) =>
  Array.from({ length: packsPerBatch }, (_, index) => ({
    packId: createHash('sha256').update(`${batch}/${index}`).digest('hex'),
    sizeBytes: 32 * 2 ** 20,
  }))

/** @param {number} batch */
const entriesOf = (batch) => {
  const ids = idsOf(streamOf(batch), perBatch)
  const entries = new Uint8Array(perBatch * ENTRY_BYTES)
  for (let index = 0; index < perBatch; index++) {
    const id = ids.subarray(index * 32, index * 32 + 32)
    writeEntry(entries, index * ENTRY_BYTES, id, index % packsPerBatch, locationOf(index & 63, index >>> 6))
  }
  return entries
}

const index = LocalIndex.open(folder, 'bench')
for (let batch = 0; batch < batches; batch++) {
  const indexFiles = [`index ${batch}`]
  const added = index.addRun({ entries: entriesOf(batch), packs: packsOf(batch), indexFiles })
  if (!added) throw new Error(index.problem)
}
index.mergeRuns()
index.loadFilter()
index.close()
