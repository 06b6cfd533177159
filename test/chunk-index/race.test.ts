import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { LocalIndex } from '../../src/chunk-index/local-index.js'
import { LookupState } from '../../src/chunk-index/lookup-state.js'
import { newPendingTable, PendingTable } from '../../src/chunk-index/pending-table.js'
import { idOf, newFolder, pack, packed } from './entries.js'

const THREADS = 4
const COUNT = 50_000
const ids = new Uint8Array(new SharedArrayBuffer(COUNT * 32))
for (let n = 0; n < COUNT; n++) ids.set(idOf(n), n * 32)

interface Report {
  readonly firsts: number[]
  readonly lost: number
}

const race = (data: object): Promise<Report[]> => {
  const gate = new SharedArrayBuffer(4)
  new Int32Array(gate)[0] = THREADS
  const script = new URL('./race-worker.mjs', import.meta.url)
  const run = () =>
    new Promise<Report>((resolve, reject) => {
      const worker = new Worker(script, { workerData: { gate, ids, ...data }, execArgv: [] })
      worker.once('message', resolve)
      worker.once('error', reject)
    })
  return Promise.all(Array.from({ length: THREADS }, run))
}
const allFirsts = (reports: Report[]): number[] =>
  reports.flatMap(({ firsts }) => firsts).sort((a, b) => a - b)
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n)

test('Of all threads that insert an id into a pending table, exactly one is told that it inserted it', async () => {
  const table = newPendingTable(Math.ceil(COUNT / 0.74))
  const reports = await race({ table })
  expect(allFirsts(reports)).toEqual(range(0, COUNT))
  expect(reports.map(({ lost }) => lost)).toEqual(new Array(THREADS).fill(0))
  expect(new PendingTable(table).count).toBe(COUNT)
})

test('Of all threads that claim a new chunk, exactly one stores it; an indexed chunk is stored by none', async () => {
  const index = LocalIndex.open(newFolder(), 'r')
  const half = COUNT / 2
  const places = range(0, half).map((n) => ({
    id: ids.slice(n * 32, n * 32 + 32),
    packOrdinal: n % 3,
    location: n,
  }))
  index.addRun({ entries: packed(places), packs: [pack(0), pack(1), pack(2)], indexFiles: [] })
  const state = new LookupState(index, COUNT)
  const reports = await race({ config: state.config() })
  expect(allFirsts(reports)).toEqual(range(half, COUNT))
  expect([...state.hitPackIds()].sort()).toEqual([0, 1, 2].map((n) => pack(n).packId).sort())
  index.close()
})
