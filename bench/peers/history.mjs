import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { folderSize } from '../machine/list-files.mjs'
import { firstDifference } from './compare-trees.mjs'
import { mirrorTree } from './mirror-tree.mjs'
import { releasesOf, unpack } from './releases.mjs'
import { ageSource } from './settle.mjs'
import { Place } from './tool.mjs'

/** @typedef {import('./tool.mjs').Tool} Tool */
/** @typedef {import('../machine/measured-command.mjs').Cost} Cost */

/**
 * What a history cost one tool.
 * @typedef {object} HistoryResult
 * @property {string} history
 * @property {string} tool
 * @property {number} [snapshots]
 * @property {number} [storedBytes]
 * @property {Cost} [backups] their sum, and the greatest peak
 * @property {Cost} [restore] of the last snapshot
 * @property {Cost} [alone] the same from a repository that holds nothing else
 * @property {string} [failure]
 */

/**
 * @typedef {object} HistoryPlan
 * @property {import('./releases.mjs').HistoryName} name
 * @property {readonly Tool[]} tools
 * @property {string} work
 * @property {import('../machine/measured-command.mjs').CommandMeter} meter
 * @property {(text: string) => void} log
 */

/**
 * Releases unpacked one over the last in one folder, a snapshot after each.
 * @param {HistoryPlan} plan
 * @returns {Promise<{ results: HistoryResult[], releases: number, sumBytes: number }>}
 */
export const runHistory = async ({ name, tools, work, meter, log }) => {
  const releases = releasesOf(name)
  const runs = tools.map((tool) => new HistoryRun(name, tool, work, meter))
  for (const run of runs) await run.attempt(() => run.init())
  const source = join(work, 'history')
  let sumBytes = 0
  for (const [index, release] of releases.entries()) {
    log(`${name} ${release.version}`)
    bringUpToDate(source, release, work)
    sumBytes += folderSize(source).bytes
    await ageSource()
    const first = index % runs.length
    for (const run of [...runs.slice(first), ...runs.slice(0, first)])
      await run.attempt(() => run.backup(source))
  }
  for (const run of runs) await run.attempt(() => run.restoreLast(source))
  for (const run of runs) await run.attempt(() => run.restoreAlone(source))
  rmSync(source, { recursive: true })
  return { results: runs.map((run) => run.result()), releases: releases.length, sumBytes }
}

/** @type {(source: string, release: import('./releases.mjs').Release, work: string) => void} */
const bringUpToDate = (source, release, work) => {
  const { content, remove } = unpack(release, work)
  mirrorTree(content, source)
  remove()
}

class HistoryRun {
  /** @type {Cost} */
  #sum = { wallS: 0, cpuS: 0, peakMb: undefined }
  /** @type {Cost | undefined} */
  #restore
  /** @type {Cost | undefined} */
  #alone
  /** @type {string | undefined} */
  #failure
  #snapshots = 0

  /**
   * @param {string} name
   * @param {Tool} tool
   * @param {string} work
   * @param {import('../machine/measured-command.mjs').CommandMeter} meter
   */
  constructor(name, tool, work, meter) {
    this.name = name
    this.tool = tool
    this.work = work
    this.meter = meter
    this.place = new Place(work, tool.name)
  }

  async init(place = this.place) {
    for (const command of this.tool.init(place)) await this.meter.run(command)
  }

  /** @param {string} source */
  async backup(source) {
    const { wallS, cpuS, peakMb } = await this.meter.run(
      this.tool.backup(this.place, source, ++this.#snapshots),
    )
    this.#sum = {
      wallS: this.#sum.wallS + wallS,
      cpuS: this.#sum.cpuS + cpuS,
      peakMb: peakMb === undefined ? undefined : Math.max(peakMb, this.#sum.peakMb ?? 0),
    }
  }

  /** @param {string} source what the last snapshot holds */
  async restoreLast(source) {
    this.#restore = await this.#measureRestore(source, this.place)
  }

  /** @param {string} source */
  async restoreAlone(source) {
    const place = new Place(this.work, `${this.tool.name}-alone`)
    await this.init(place)
    await this.meter.run(this.tool.backup(place, source, this.#snapshots))
    this.#alone = await this.#measureRestore(source, place)
    place.remove()
  }

  /** @type {(source: string, place: Place) => Promise<Cost>} */
  async #measureRestore(source, place) {
    const target = join(this.work, 'restored')
    mkdirSync(target)
    try {
      const cost = await this.meter.run(this.tool.restore(place, target, this.#snapshots))
      const difference = firstDifference(source, target)
      if (difference !== undefined) throw new Error(`what was restored differs: ${difference}`)
      return cost
    } finally {
      rmSync(target, { recursive: true })
    }
  }

  /**
   * After a failure nothing more is asked of a tool.
   * @param {() => Promise<void>} step
   */
  async attempt(step) {
    if (this.#failure !== undefined) return
    try {
      await step()
    } catch (error) {
      this.#failure = /** @type {Error} */ (error).message
    }
  }

  /** @returns {HistoryResult} */
  result() {
    const of = { history: this.name, tool: this.tool.name }
    if (this.#failure !== undefined) return { ...of, failure: this.#failure }
    const storedBytes = folderSize(this.place.repository).bytes
    const costs = { backups: this.#sum, restore: this.#restore, alone: this.#alone }
    return { ...of, snapshots: this.#snapshots, storedBytes, ...costs }
  }
}
