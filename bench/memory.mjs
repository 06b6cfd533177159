/**
 * Peak resident memory of varve where others need a lot of it. `node bench/memory.mjs --help`, and bench/README.md.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { machineLines } from './machine/machine.mjs'
import { figure, markdownTable } from './machine/markdown-table.mjs'
import { CommandMeter } from './machine/measured-command.mjs'
import { makeWorkFolder } from './machine/work-folder.mjs'
import { batches } from './memory/index-ids.mjs'
import { makeBigFile } from './memory/make-big-file.mjs'
import { makeManyFiles } from './memory/make-many-files.mjs'
import { Place } from './peers/tool.mjs'
import { varve } from './peers/varve.mjs'

const usage = `Usage: node bench/memory.mjs [options]

  --size GB       of the big file; default 10, 0 leaves it out
  --files N       in one directory; default 1000000, 0 leaves it out
  --chunks N      in the index; default 20000000, 0 leaves it out
  --work DIR      where it all happens; default: the folder for temporary files. Not in memory: that would be 10 GB`

/** @typedef {{ what: string, cost?: import('./machine/measured-command.mjs').Cost, limitMb: number, note: string }} Row */

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '10' },
    files: { type: 'string', default: '1000000' },
    chunks: { type: 'string', default: '20000000' },
    work: { type: 'string', default: tmpdir() },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

/**
 * The promise: 160 MB, 60 MB for each worker, 3 bytes for each chunk.
 * @param {number} workers
 * @param {number} chunks
 */
const limitMb = (workers, chunks) => 160 + 60 * workers + (3 * chunks) / 1e6

/** @param {string} what */
const log = (what) => {
  process.stderr.write(`${what}\n`)
}

class MemoryBench {
  /** @type {Row[]} */
  #rows = []
  #tool = varve()

  /** @param {string} work */
  constructor(work) {
    this.work = work
    this.meter = new CommandMeter(work)
    if (!this.meter.hasPeak) throw new Error('GNU time is not installed, and nothing else here tells a peak')
  }

  /**
   * @param {string} label
   * @param {(folder: string) => void} make fills the folder that is backed up
   */
  async ofData(label, make) {
    const source = join(this.work, 'source')
    mkdirSync(source)
    log(`making ${label}`)
    make(source)
    const place = new Place(this.work, 'varve')
    for (const command of this.#tool.init(place)) await this.meter.run(command)
    const chunks = await this.#backup(`${label}: backup`, place, source, 0)
    await this.#backup(`${label}: unchanged backup`, place, source, chunks)
    await this.#measure(`${label}: check, all data`, this.#tool.check(place), chunks)
    const target = join(this.work, 'restored')
    mkdirSync(target)
    await this.#measure(
      `${label}: restore`,
      /** @type {any} */ (this.#tool.restore)(place, target, 2),
      chunks,
    )
    for (const folder of [source, target]) rmSync(folder, { recursive: true })
    place.remove()
  }

  /** @type {(what: string, place: Place, source: string, chunksBefore: number) => Promise<number>} */
  async #backup(what, place, source, chunksBefore) {
    const row = await this.#measure(what, this.#tool.backup(place, source, 1), chunksBefore)
    if (row.cost === undefined) return chunksBefore
    const summary = JSON.parse(readFileSync(this.meter.stdoutPath, 'utf8').trim().split('\n').at(-1) ?? '{}')
    const chunks = chunksBefore + summary.data_blobs + summary.tree_blobs
    row.limitMb = limitMb(availableParallelism(), chunks)
    return chunks
  }

  /** @param {number} entries */
  async ofIndex(entries) {
    const folder = join(this.work, 'index')
    mkdirSync(folder)
    /** @param {string} script */
    const command = (script) => ({
      program: process.execPath,
      args: [fileURLToPath(new URL(`memory/${script}.mjs`, import.meta.url)), folder, String(entries)],
      env: { PATH: process.env.PATH ?? '', VARVE_DIST: process.env.VARVE_DIST ?? defaultDist },
    })
    const label = `index of ${(entries / 1e6).toFixed(1)} million chunks`
    const made = await this.#measure(`${label}: made`, command('build-index'), entries, 1)
    const ownMb = (56 * entries) / batches / 1e6
    made.limitMb += ownMb
    made.note ||= `${ownMb.toFixed(0)} MB of the peak and of the limit are the bench's own chunks`
    const row = await this.#measure(`${label}: opened and asked`, command('use-index'), entries, 1)
    if (row.cost === undefined) return
    const { openUs, knownUs, newUs } = JSON.parse(readFileSync(this.meter.stdoutPath, 'utf8'))
    row.note = `opened in ${(openUs / 1e6).toFixed(2)} s; ${knownUs.toFixed(2)} µs for a known chunk, ${newUs.toFixed(2)} for a new one`
  }

  /** @type {(what: string, command: import('./machine/measured-command.mjs').Command, chunks: number, workers?: number) => Promise<Row>} */
  async #measure(what, command, chunks, workers = availableParallelism()) {
    log(what)
    /** @type {Row} */
    const row = { what, limitMb: limitMb(workers, chunks), note: '' }
    this.#rows.push(row)
    try {
      const cost = await this.meter.run(command)
      row.cost = cost
      log(
        `  peak ${figure(cost.peakMb, 0)} MB, wall ${figure(cost.wallS, 1)} s, CPU ${figure(cost.cpuS, 1)} s`,
      )
    } catch (error) {
      row.note = `failed: ${/** @type {Error} */ (error).message.split('\n')[0]}`
    }
    return row
  }

  table() {
    return markdownTable(
      ['what', 'peak MB', 'limit MB', 'kept', 'wall s', 'CPU s', 'note'],
      this.#rows.map(({ what, cost, limitMb: limit, note }) => [
        what,
        figure(cost?.peakMb, 0),
        figure(limit, 0),
        (cost?.peakMb ?? Number.NaN) <= limit ? 'yes' : 'NO',
        figure(cost?.wallS, 1),
        figure(cost?.cpuS, 1),
        note,
      ]),
    )
  }
}

const defaultDist = new URL('../dist/', import.meta.url).href

const main = async () => {
  const bench = new MemoryBench(makeWorkFolder(values.work))
  const [size, files, chunks] = [values.size, values.files, values.chunks].map(Number)
  if (chunks > 0) await bench.ofIndex(chunks)
  if (size > 0)
    await bench.ofData(`file of ${size} GB`, (folder) => makeBigFile(join(folder, 'image'), size * 1e9))
  if (files > 0)
    await bench.ofData(`directory of ${files} files`, (folder) => makeManyFiles(join(folder, 'many'), files))
  console.log(['# Memory', '', ...machineLines(), '', bench.table()].join('\n'))
}

if (values.help) console.log(usage)
else await main()
