import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { folderSize, listFiles } from '../machine/list-files.mjs'
import { firstDifference, sameBytes } from './compare-trees.mjs'
import { ageSource, prepareCaches } from './settle.mjs'
import { Place } from './tool.mjs'

/** @typedef {import('./tool.mjs').Tool} Tool */
/** @typedef {import('../machine/measured-command.mjs').Cost} Cost */

export const phaseNames = /** @type {const} */ ([
  'first backup',
  'unchanged backup',
  'changed',
  'check, all data',
  'restore',
  'one file',
])
/** @typedef {typeof phaseNames[number]} Phase */

/** @type {ReadonlySet<Phase>} */
const backupPhases = new Set(phaseNames.slice(0, 3))

/**
 * One measurement. `storedBytes`: size of the repository after a backup. `failure` stands alone.
 * @typedef {{ round: number, phase: Phase, tool: string } & Partial<Cost> & { storedBytes?: number, failure?: string }} Sample
 */

/**
 * @typedef {object} Plan
 * @property {readonly Tool[]} tools
 * @property {string} source a copy that may be changed; it is as it was when all rounds are done
 * @property {import('./data-set.mjs').Change} change
 * @property {number} sizeBytes of the source
 * @property {string} work
 * @property {number} rounds
 * @property {'warm' | 'written' | 'cold'} caches
 * @property {boolean} verify whether what the first round restores is compared with the source
 * @property {import('../machine/measured-command.mjs').CommandMeter} meter
 * @property {(sample: Sample) => void} onSample
 */

/** @param {Plan} plan */
export const runPhases = async (plan) => {
  for (let round = 0; round < plan.rounds; round++) await new Round(plan, round).run()
}

/** All phases once. Within a phase the tools take turns, so that what the machine does besides meets all of them. */
class Round {
  /** @type {Map<Tool, Place>} */
  #places = new Map()
  #ordinal = 0

  /**
   * @param {Plan} plan
   * @param {number} number
   */
  constructor(plan, number) {
    this.plan = plan
    this.number = number
    this.restored = join(plan.work, 'restored')
  }

  async run() {
    const { source } = this.plan
    await this.#init()
    await ageSource()
    await this.#backup('first backup', () => true)
    await this.#backup('unchanged backup', (tool) => tool.keepsHistory)
    const entries = [...listFiles(source)]
    const undo = this.plan.change(source, entries, `round ${this.number}`)
    await this.#backup('changed', (tool) => tool.keepsHistory)
    await this.#each('check, all data', (tool, place) => this.#measure(tool.check(place)))
    await this.#each('restore', (tool, place) => this.#restore(tool, place))
    const small = smallFile(entries)
    await this.#each('one file', (tool, place) => this.#one(tool, place, small))
    undo()
    for (const place of this.#places.values()) place.remove()
  }

  /** Each round another tool begins. */
  #turns() {
    const { tools } = this.plan
    const first = this.number % tools.length
    return [...tools.slice(first), ...tools.slice(0, first)]
  }

  async #init() {
    for (const tool of this.plan.tools)
      this.#places.set(tool, new Place(this.plan.work, tool.name.replaceAll(/\W+/g, '-')))
    await this.#each('first backup', async (tool, place) => {
      for (const command of tool.init(place)) await this.plan.meter.run(command)
      return undefined
    })
  }

  /**
   * A tool without history makes everything anew, unmeasured, so that what it restores later is the same.
   * @param {Phase} phase
   * @param {(tool: Tool) => boolean} isMeasured
   */
  async #backup(phase, isMeasured) {
    const ordinal = ++this.#ordinal
    await this.#each(phase, async (tool, place) => {
      const cost = await this.#measure(tool.backup(place, this.plan.source, ordinal))
      return isMeasured(tool) ? { ...cost, storedBytes: folderSize(place.repository).bytes } : undefined
    })
  }

  /**
   * @param {Tool} tool
   * @param {Place} place
   */
  async #restore(tool, place) {
    mkdirSync(this.restored)
    try {
      const cost = await this.#measure(tool.restore(place, this.restored, this.#ordinal))
      if (this.#isVerified) {
        const difference = firstDifference(this.plan.source, this.restored)
        if (difference !== undefined) throw new Error(`what was restored differs: ${difference}`)
      }
      return cost
    } finally {
      rmSync(this.restored, { recursive: true })
    }
  }

  /** @type {(tool: Tool, place: Place, path: string) => Promise<Cost | undefined>} */
  async #one(tool, place, path) {
    if (tool.one === undefined) return undefined
    const cost = await this.#measure(tool.one(place, path, this.#ordinal))
    if (this.#isVerified && !sameBytes(join(this.plan.source, path), this.plan.meter.stdoutPath))
      throw new Error(`${path} came out with other content`)
    return cost
  }

  get #isVerified() {
    return this.plan.verify && this.number === 0
  }

  /** @param {import('./tool.mjs').Command} command */
  #measure(command) {
    prepareCaches(this.plan.caches, this.plan.work, this.plan.sizeBytes)
    return this.plan.meter.run(command)
  }

  /**
   * A tool that fails is told of; without a backup it sits out the rest of the round.
   * @param {Phase} phase
   * @param {(tool: Tool, place: Place) => Promise<(Cost & { storedBytes?: number }) | undefined>} step
   */
  async #each(phase, step) {
    for (const tool of this.#turns()) {
      const place = this.#places.get(tool)
      if (place === undefined) continue
      const of = { round: this.number, phase, tool: tool.name }
      try {
        const cost = await step(tool, place)
        if (cost !== undefined) this.plan.onSample({ ...of, ...cost })
      } catch (error) {
        this.plan.onSample({ ...of, failure: /** @type {Error} */ (error).message })
        if (!backupPhases.has(phase)) continue
        this.#places.delete(tool)
        place.remove()
      }
    }
  }
}

/** @param {readonly import('../machine/list-files.mjs').Listed[]} entries */
const smallFile = (entries) => {
  const files = entries.filter(({ stat }) => stat.isFile())
  const small = files.filter(({ stat }) => stat.size >= 1000 && stat.size <= 64_000)
  const among = small.length > 0 ? small : files
  return among[among.length >> 1].path
}
