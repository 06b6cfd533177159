import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { inProcess } from '../../inline/in-process.mjs'

/** Of one process: what it leaks, if it does, goes with it. */
const seedsAtOnce = 50
/** Each backup and restore takes megabytes of arrays, which make V8 collect far more often than its small heap needs. */
const flags = ['--no-incremental-marking']
const processUrl = new URL('simulation-process.mjs', import.meta.url)
const fixtures = new URL('../../../fixtures/simulation/', import.meta.url)

/**
 * Whole worlds in one process each time: hosts, a storage with faults, a clock and randomness that follow from a number. The
 * stories in fixtures/simulation/ come first. `keep`: the shortest story of what fails is added to them.
 */
export const run = async ({ seed = 1, seconds = 60, log = () => {}, keep = false }) => {
  const endMs = Date.now() + 1000 * seconds
  const total = { worlds: 0, calls: 0, snapshots: 0, faults: 0 }
  const failures = []
  const onWorld = (message) => {
    total.worlds++
    for (const name of ['calls', 'snapshots', 'faults']) total[name] += message[name]
    if (message.error === undefined) return
    const story = `world ${message.seed}: ${message.error}\n  the shortest story: ${JSON.stringify(message.story)}`
    failures.push({ seed: message.seed, story })
    if (keep) keepStory(message.story)
    log(story)
  }
  const batch = async (task) => {
    const ended = await inProcess(processUrl, task, onWorld, flags)
    if (ended !== 0)
      failures.push({ seed, story: `the process of ${JSON.stringify(task)} ended with ${ended}` })
  }
  const stories = keptStories()
  if (stories.length > 0) await batch({ stories })
  let next = seed
  const worker = async () => {
    while (Date.now() < endMs) {
      const seeds = Array.from({ length: seedsAtOnce }, () => next++)
      await batch({ endMs, seeds })
      log(`${JSON.stringify(total)}, up to world ${next - 1}`)
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  const { worlds, calls, snapshots, faults } = total
  const notes = `${calls} calls to the storage, ${faults} faults, ${snapshots} acknowledged snapshots`
  return { campaign: 'simulation', tried: worlds, failures, notes }
}

const keptStories = () => {
  if (!existsSync(fixtures)) return []
  const names = readdirSync(fixtures).filter((name) => name.endsWith('.json'))
  return names.sort().map((name) => JSON.parse(readFileSync(new URL(name, fixtures), 'utf8')))
}

const keepStory = (story) => {
  mkdirSync(fixtures, { recursive: true })
  writeFileSync(new URL(`${story.seed}.json`, fixtures), `${JSON.stringify(story, undefined, 2)}\n`)
}
