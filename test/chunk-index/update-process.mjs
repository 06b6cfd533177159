// A process of the test of two processes: adds and merges as fast as it can; compiled code, as in race-worker.mjs.
import { createHash } from 'node:crypto'
import { ENTRY_BYTES, writeEntry } from '../../dist/chunk-index/entry.js'
import { LocalIndex } from '../../dist/chunk-index/local-index.js'

const [folder, name, rounds, perRound] = process.argv.slice(2)
const idOf = (seed) => createHash('sha256').update(seed).digest()

const index = LocalIndex.open(folder, 'r')
for (let round = 0; round < Number(rounds); round++) {
  const source = `${name} ${round}`
  const entries = new Uint8Array(Number(perRound) * ENTRY_BYTES)
  for (let n = 0; n < Number(perRound); n++)
    writeEntry(entries, n * ENTRY_BYTES, idOf(`${source} ${n}`), 0, n)
  const packs = [{ packId: idOf(`pack ${source}`).toString('hex'), sizeBytes: 1 }]
  if (!index.addRun({ entries, packs, indexFiles: [source] }) || !index.mergeRuns())
    throw new Error(index.problem)
}
index.close()
