import { Random } from '../../repository/random.mjs'
import { canTrace } from './disturbance.mjs'
import { World } from './world.mjs'

const stepsMax = 24

/**
 * Real commands on a changing tree, each killed or disturbed at a random place, and the next command run on what is left. A
 * world is a repository with a history of such steps; its seed alone says what is tried in it, though not when a kill by
 * time hits.
 */
export const run = async ({ seed = 1, seconds = 60, log = () => {} }) => {
  const traces = canTrace()
  if (!traces) log('strace cannot run here: no kills at system calls, no failing calls')
  const endMs = Date.now() + 1000 * seconds
  const failures = []
  const counts = { kills: 0, survived: 0, snapshots: 0, restores: 0, worlds: 0 }
  const moments = new Map()
  let tried = 0
  for (let number = seed; Date.now() < endMs; number++) {
    const world = new World(new Random(number), traces, moments)
    counts.worlds++
    try {
      await world.begin()
      for (let step = 0; step < stepsMax && Date.now() < endMs; step++) {
        await world.step()
        tried++
      }
      await world.end()
    } catch (error) {
      const story = `world ${number}: ${error.message}\n  ${world.history.join('\n  ')}`
      failures.push({ seed: number, story })
      log(story)
    } finally {
      world.remove()
    }
    for (const name of Object.keys(world.counts)) counts[name] += world.counts[name]
    log(`${tried} disturbed commands, ${JSON.stringify(counts)}`)
  }
  const { worlds, kills, survived, snapshots, restores } = counts
  const notes = `${kills} killed, ${survived} that came to an end, in ${worlds} repositories; ${snapshots} acknowledged snapshots, ${restores} restores compared${traces ? '' : '; without strace'}`
  return { campaign: 'crash', tried, failures, notes }
}
