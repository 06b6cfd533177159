// A thread of the race tests; compiled code, because a worker thread has no transpiler.
import { parentPort, workerData } from 'node:worker_threads'
import { ChunkLookup } from '../../dist/chunk-index/chunk-lookup.js'
import { PendingTable } from '../../dist/chunk-index/pending-table.js'

const { gate, ids, table, config } = workerData
const threads = new Int32Array(gate)
const lookup = config && new ChunkLookup(config)
const pending = table && new PendingTable(table)
const isFirst = (id) => (lookup ? lookup.claim(id) === 'new' : pending.insertIfAbsent(id) === 'inserted')

// All threads start at the same moment, so that they meet at the same ids.
Atomics.sub(threads, 0, 1)
while (Atomics.load(threads, 0) > 0);

const count = ids.length / 32
const firsts = []
let lost = 0
for (let n = 0; n < count; n++) {
  const id = ids.subarray(n * 32, n * 32 + 32)
  if (isFirst(id)) firsts.push(n)
  if (pending && !pending.has(id)) lost++
}
lookup?.close()
parentPort.postMessage({ firsts, lost })
