/**
 * The local index at the size of a large repository: file size, time to write and to open, lookups, memory.
 *
 *   node bench/kernels/index.mjs [entries, default 20000000] [folder]
 *
 * Needs `npm run build` first. Ids are the output of a counter in AES-CTR, so they are uniform as chunk ids are.
 */
import { createCipheriv, createHash } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const built = process.env.VARVE_DIST ?? new URL('../../dist/', import.meta.url).href
const load = (name) => import(new URL(`chunk-index/${name}.js`, built).href)
const { LocalIndex } = await load('local-index')
const { LookupState } = await load('lookup-state')
const { ChunkLookup } = await load('chunk-lookup')
const { SortedRun } = await load('sorted-run')
const { ENTRY_BYTES, locationOf, writeEntry } = await load('entry')

const total = Number(process.argv[2] ?? 20_000_000)
const parent = process.argv[3] ?? tmpdir()
const folder = mkdtempSync(join(parent, 'varve-bench-index-'))
const LOOKUPS = 500_000
const BATCHES = 10
const PACKS = 2000

/** 32 random-looking bytes for each of `count` ids, the same for the same stream. */
const idsOf = (stream, count) => {
  const key = createHash('sha256').update(stream).digest()
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(count * 32))
}
const timed = (label, count, action) => {
  const cpu = process.cpuUsage()
  const start = process.hrtime.bigint()
  const result = action()
  const ms = Number(process.hrtime.bigint() - start) / 1e6
  const used = process.cpuUsage(cpu)
  const cpuMs = (used.user + used.system) / 1000
  const each = count > 0 ? `  ${((ms * 1000) / count).toFixed(3)} µs each` : ''
  console.log(
    `${label.padEnd(52)} ${ms.toFixed(0).padStart(7)} ms  ${cpuMs.toFixed(0).padStart(7)} CPU-ms${each}`,
  )
  return result
}
const residentMb = () => {
  globalThis.gc?.()
  return Math.round(process.memoryUsage().rss / 1e6)
}
const packs = (batch) =>
  Array.from({ length: PACKS }, (_, i) => ({
    packId: createHash('sha256').update(`${batch}/${i}`).digest('hex'),
    sizeBytes: 32 * 2 ** 20,
  }))

const perBatch = total / BATCHES
let index = LocalIndex.open(folder, 'bench')
for (let batch = 0; batch < BATCHES; batch++) {
  const ids = idsOf(`batch ${batch}`, perBatch)
  const entries = new Uint8Array(perBatch * ENTRY_BYTES)
  for (let i = 0; i < perBatch; i++)
    writeEntry(
      entries,
      i * ENTRY_BYTES,
      ids.subarray(i * 32, i * 32 + 32),
      i % PACKS,
      locationOf(i & 63, i >>> 6),
    )
  const added = timed(`sort and write ${perBatch} entries`, perBatch, () =>
    index.addRun({ entries, packs: packs(batch), indexFiles: [`index ${batch}`] }),
  )
  if (!added) throw new Error(index.problem)
}
timed(`merge ${index.runPaths.length} runs`, total, () => index.mergeRuns())
console.log(`runs ${index.runPaths.length}, entries ${index.entryCount}`)
for (const path of index.runPaths)
  console.log(
    `size of run: ${(statSync(path).size / 1e6).toFixed(1)} MB, ${(statSync(path).size / total).toFixed(2)} bytes an entry`,
  )
const filter = timed('filter from runs, and its file written', total, () => index.loadFilter())
console.log(
  `filter ${(filter.sizeBytes / 1e6).toFixed(1)} MB, ${(filter.sizeBytes / total).toFixed(2)} bytes a chunk`,
)
index.close()

const known = idsOf('batch 3', LOOKUPS)
const absent = idsOf('absent', LOOKUPS)
const before = residentMb()
timed('open one run', 0, () => SortedRun.open(index.runPaths[0]).close())
index = timed('open the index', 0, () => LocalIndex.open(folder, 'bench'))
const state = timed('load the filter from its file', 0, () => new LookupState(index, 2 ** 18))
const lookup = new ChunkLookup(state.config())
console.log(`resident growth by open index, filter and lookup: ${residentMb() - before} MB`)

const each = (ids, action) => {
  let count = 0
  for (let i = 0; i < LOOKUPS; i++) if (action(ids.subarray(i * 32, i * 32 + 32))) count++
  return count
}
for (const round of ['cold', 'warm']) {
  timed(`hit in the runs, ${round}`, LOOKUPS, () => each(known, (id) => index.lookup(id)))
  timed(`miss in the runs, ${round}`, LOOKUPS, () => each(absent, (id) => index.lookup(id)))
}
const maybe = timed('filter alone, absent ids', LOOKUPS, () => each(absent, (id) => filter.mayContain(id)))
console.log(`false positives of the filter: ${((100 * maybe) / LOOKUPS).toFixed(4)} %`)
timed('claim of a known chunk, first pass (pages checked)', LOOKUPS, () =>
  each(known, (id) => lookup.claim(id) === 'known'),
)
timed('claim of a known chunk', LOOKUPS, () => each(known, (id) => lookup.claim(id) === 'known'))
const news = timed('claim of a new chunk', 150_000, () => {
  let count = 0
  for (let i = 0; i < 150_000; i++) if (lookup.claim(absent.subarray(i * 32, i * 32 + 32)) === 'new') count++
  return count
})
if (news !== 150_000) throw new Error('a new chunk was called known')
console.log(`resident growth after lookups: ${residentMb() - before} MB`)
lookup.close()
index.close()
rmSync(folder, { recursive: true })
