// Milliseconds of CPU time per GB for splitting random data in memory. Needs a build: npm run build.
import { randomFillSync } from 'node:crypto'
import { deriveGear } from '../../dist/chunking/gear.js'
import { defaultChunking } from '../../dist/chunking/parameters.js'
import { PieceList } from '../../dist/chunking/piece-list.js'
import { Splitter } from '../../dist/chunking/splitter.js'

const CONTENT_BYTES = 64 * 2 ** 20
const PAGE_BYTES = 65536
const ROUNDS = 12

const pages = CONTENT_BYTES / PAGE_BYTES + 1
const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
const content = new Uint8Array(memory.buffer, PAGE_BYTES, CONTENT_BYTES)
const gear = deriveGear(new Uint8Array(32))

/** CPU time, because the machine may be busy; the best round, because the first ones compile. */
const measure = (parameters) => {
  const splitter = new Splitter(memory, 0, gear, parameters)
  const out = new PieceList()
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    out.clear()
    const before = process.cpuUsage()
    splitter.split(PAGE_BYTES, CONTENT_BYTES, 0, true, { inZeroRun: false }, out)
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, (user + system) / 1000 / (CONTENT_BYTES / 1e9))
  }
  return { msPerGb: best, pieces: out.count }
}

const report = (name, parameters) => {
  const { msPerGb, pieces } = measure(parameters)
  console.log(`${name.padEnd(24)} ${msPerGb.toFixed(0).padStart(5)} ms/GB  ${pieces} pieces`)
}

const oneLevel = (averageBits) => ({ levels: [{ fromOffset: 0, averageBits }] })

randomFillSync(content)
report('random, 16 KiB', oneLevel(14))
report('random, 256 KiB', oneLevel(18))
report('random, 1 MiB', oneLevel(20))
report('random, default levels', defaultChunking)
content.fill(0)
report('zeros, default levels', defaultChunking)
