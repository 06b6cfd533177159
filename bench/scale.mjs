/**
 * How the cost of a command grows with files, snapshots and chunks. `node bench/scale.mjs --help`, and bench/README.md.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { machineLines } from './machine/machine.mjs'
import { figure, markdownTable } from './machine/markdown-table.mjs'
import { CommandMeter } from './machine/measured-command.mjs'
import { makeWorkFolder, roomyFolder } from './machine/work-folder.mjs'
import { randomLike } from './memory/make-big-file.mjs'
import { ageSource } from './peers/settle.mjs'
import { Place } from './peers/tool.mjs'
import { varve } from './peers/varve.mjs'
import { exponentOf } from './scale/exponent.mjs'

const usage = `Usage: node bench/scale.mjs [options]

  --files N       the greatest number of files; default 128000
  --snapshots N   the greatest number of snapshots; default 256
  --chunks N      the greatest number of chunks in one file; default 64000
  --work DIR      default: /dev/shm where it has room`

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '128000' },
    snapshots: { type: 'string', default: '256' },
    chunks: { type: 'string', default: '64000' },
    work: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

/** @typedef {{ size: number, cpuS: number }} Point */

const tool = varve()
/** From the smallest to the greatest, each four times the one before. */
const sizesUpTo = (/** @type {number} */ max) => [max / 64, max / 16, max / 4, max].map(Math.ceil)
const filesPerFolder = 250
const fileBytes = 2000
/** Random bytes are cut at about this size on the average in a large file. */
const chunkBytes = 100e3

class ScaleBench {
  /** @type {Map<string, Point[]>} */
  #points = new Map()

  /** @param {string} work */
  constructor(work) {
    this.work = work
    this.meter = new CommandMeter(work)
  }

  /** @param {number} max */
  async byFiles(max) {
    for (const size of sizesUpTo(max))
      await this.#ofSource('files', size, (source) => makeFolders(source, size))
  }

  /** @param {number} max */
  async byChunks(max) {
    for (const size of sizesUpTo(max))
      await this.#ofSource('chunks', size, (source) => makeFile(join(source, 'file'), size * chunkBytes))
  }

  /** One file more in each snapshot, so that no two are equal. */
  async bySnapshots(/** @type {number} */ max) {
    const { place, source } = await this.#newPlace()
    makeFolders(source, 1000)
    const sizes = new Set(sizesUpTo(max))
    for (let count = 1; count <= max; count++) {
      writeFileSync(join(source, `new-${count}`), randomLike(count, fileBytes))
      const cost = await this.meter.run(tool.backup(place, source, count))
      if (!sizes.has(count)) continue
      this.#note('snapshots: one more backup', count, cost.cpuS)
      await this.#measure('snapshots: check', count, tool.check(place))
      await this.#measure('snapshots: restore of the last', count, this.#restore(place))
    }
    this.#clear(place)
  }

  /** @type {(what: string, size: number, make: (source: string) => void) => Promise<void>} */
  async #ofSource(what, size, make) {
    const { place, source } = await this.#newPlace()
    make(source)
    await ageSource()
    await this.#measure(`${what}: first backup`, size, tool.backup(place, source, 1))
    await this.#measure(`${what}: unchanged backup`, size, tool.backup(place, source, 2))
    await this.#measure(`${what}: check, all data`, size, tool.check(place))
    await this.#measure(`${what}: restore`, size, this.#restore(place))
    this.#clear(place)
  }

  async #newPlace() {
    const source = join(this.work, 'source')
    mkdirSync(source)
    const place = new Place(this.work, 'varve')
    for (const command of tool.init(place)) await this.meter.run(command)
    return { place, source }
  }

  /** @param {Place} place */
  #restore(place) {
    const target = join(this.work, 'restored')
    rmSync(target, { recursive: true, force: true })
    mkdirSync(target)
    return /** @type {any} */ (tool.restore)(place, target, 1)
  }

  /** @param {Place} place */
  #clear(place) {
    place.remove()
    for (const folder of ['source', 'restored'])
      rmSync(join(this.work, folder), { recursive: true, force: true })
  }

  /** @type {(what: string, size: number, command: import('./machine/measured-command.mjs').Command) => Promise<void>} */
  async #measure(what, size, command) {
    this.#note(what, size, (await this.meter.run(command)).cpuS)
  }

  /** @type {(what: string, size: number, cpuS: number) => void} */
  #note(what, size, cpuS) {
    process.stderr.write(`${what}, ${size}: ${cpuS.toFixed(2)} CPU-s\n`)
    this.#points.set(what, [...(this.#points.get(what) ?? []), { size, cpuS }])
  }

  /** @param {number} startS what a command costs that has nothing to do */
  table(startS) {
    const rows = [...this.#points].map(([what, points]) => [
      what,
      points.map(({ size }) => size).join(' · '),
      points.map(({ cpuS }) => cpuS.toFixed(2)).join(' · '),
      figure(exponentOf(points, startS), 2),
    ])
    return markdownTable(['what', 'number', 'CPU s', 'exponent'], rows)
  }

  /** The unchanged backup of an empty folder: start, key derivation, end. */
  async startS() {
    const { place, source } = await this.#newPlace()
    await this.meter.run(tool.backup(place, source, 1))
    const { cpuS } = await this.meter.run(tool.backup(place, source, 2))
    this.#clear(place)
    return cpuS
  }
}

/** @type {(folder: string, count: number) => void} */
const makeFolders = (folder, count) => {
  for (let index = 0; index < count; index++) {
    const parent = join(folder, `folder-${Math.floor(index / filesPerFolder)}`)
    if (index % filesPerFolder === 0) mkdirSync(parent)
    writeFileSync(join(parent, `file-${index}`), randomLike(index, fileBytes))
  }
}

/** @type {(path: string, sizeBytes: number) => void} */
const makeFile = (path, sizeBytes) => {
  const stretchBytes = 16e6
  for (let at = 0; at < sizeBytes; at += stretchBytes)
    writeFileSync(path, randomLike(at, Math.min(stretchBytes, sizeBytes - at)), { flag: 'a' })
}

const main = async () => {
  const chunks = Number(values.chunks)
  const bench = new ScaleBench(makeWorkFolder(values.work ?? roomyFolder(3.5 * chunks * chunkBytes)))
  const startS = await bench.startS()
  await bench.byFiles(Number(values.files))
  await bench.bySnapshots(Number(values.snapshots))
  await bench.byChunks(chunks)
  console.log(`# Scale

${machineLines().join('\n')}

The start costs ${startS.toFixed(2)} CPU-s and is taken off before the exponent is fitted.

${bench.table(startS)}`)
}

if (values.help) console.log(usage)
else await main()
