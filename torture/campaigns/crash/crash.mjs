import { availableParallelism } from 'node:os'
import { inProcess } from '../../inline/in-process.mjs'
import { toolsHere } from './disturbance.mjs'

const processUrl = new URL('crash-process.mjs', import.meta.url)

/** So many kills at calls do not miss by chance. */
const callsToBelieve = 30

/**
 * Real commands on a changing tree, each killed or disturbed at a random place, and the next command run on what is left. A
 * world is a repository with a history of such steps; its number alone says what is tried in it, though not when a kill by
 * time hits. Each core has a process that goes through worlds and looks at what is left; the commands are processes of
 * their own.
 */
export const run = async ({ seed = 1, seconds = 60, log = () => {} }) => {
  const tools = toolsHere()
  if (!tools.traces) log('strace cannot run here: no kills at system calls, no failing calls')
  if (!tools.limits) log('prlimit cannot run here: no short writes')
  const endMs = Date.now() + 1000 * seconds
  const failures = []
  const totals = new Map()
  const onWorld = ({ number, counts, story }) => {
    for (const [name, count] of Object.entries(counts)) totals.set(name, (totals.get(name) ?? 0) + count)
    if (story === undefined) return log(JSON.stringify(Object.fromEntries(totals)))
    failures.push({ seed: number, story })
    log(story)
  }
  const processes = availableParallelism()
  const worker = async (_, index) => {
    const task = { first: seed + index, stride: processes, endMs, tools }
    const ended = await inProcess(processUrl, task, onWorld)
    if (ended !== 0)
      failures.push({ seed, story: `the process of worlds ${seed + index}… ended with ${ended}` })
  }
  await Promise.all(Array.from({ length: processes }, worker))
  const of = (name) => totals.get(name) ?? 0
  if (of('call') >= callsToBelieve && of('killed at a call') === 0)
    failures.push({
      seed,
      story: `none of ${of('call')} kills at a call hit: strace does not do what it is told`,
    })
  const notes =
    `${of('killed')} killed, ${of('ended')} that came to an end, in ${of('worlds')} repositories ` +
    `(killed ${of('killed at a moment')} of ${of('moment')} times at a moment, ${of('killed at a call')} of ` +
    `${of('call')} at a call; ${of('error')} with a failing call, ${of('short write')} with short writes); ${of('snapshots')} acknowledged snapshots, ${of('checks')} complete ` +
    `checks, ${of('restores')} restores compared`
  return { campaign: 'crash', tried: of('killed') + of('ended'), failures, notes }
}
