import { tell } from '../../inline/in-process.mjs'
import { useInlineThreads } from '../../inline/inline-threads.mjs'
import { Random } from '../../repository/random.mjs'
import { newFolder, removeFolder } from '../../trees/work-place.mjs'

useInlineThreads()
const { RecordedHistory } = await import('./recorded-history.mjs')
const { StateJudge } = await import('./state-judge.mjs')

/** States of one history before the next is recorded. */
const statesMax = 150

/** What a power cut takes: nothing, everything, half, all but one change, or one only. */
const choices = [
  { what: 'all is there', of: () => () => true },
  { what: 'nothing unsynced is there', of: () => () => false },
  { what: 'half', of: (_, random) => remembered(() => random.pick([true, false])) },
  { what: 'half, some torn', of: (_, random) => remembered(() => random.pick([true, false, 'torn'])) },
  { what: 'all but one', of: (unsafe, random) => allBut(random.pick(unsafe)) },
  { what: 'one only', of: (unsafe, random) => onlyOne(random.pick(unsafe)) },
]

const allBut = (lost) => (change) => change !== lost
const onlyOne = (kept) => (change) => change === kept

/** One change has one fate. A name is there or not: only bytes tear. */
const remembered = (draw) => {
  const fates = new Map()
  return (change) => {
    if (!fates.has(change)) fates.set(change, draw())
    const fate = fates.get(change)
    return fate === 'torn' && change.op !== 'write' ? true : fate
  }
}

/** Often just after something was acknowledged: then it must be there. */
const drawCut = ({ records, acknowledged }, random) =>
  random.below(3) === 0
    ? Math.min(records.length, random.pick(acknowledged).lines + random.below(4))
    : random.below(records.length + 1)

const runHistory = async (seed, endMs) => {
  const folder = newFolder('power')
  const random = new Random(seed)
  let tried = 0
  let story
  try {
    const history = new RecordedHistory(folder, random).make()
    const judge = new StateJudge(history)
    while (tried < statesMax && (tried === 0 || Date.now() < endMs) && story === undefined) {
      const lines = drawCut(history, random)
      const model = judge.modelAt(lines)
      const { unsafe } = model
      const choice = random.pick(unsafe.length === 0 ? choices.slice(0, 1) : choices)
      const withCache = random.below(2) === 0
      try {
        await judge.judge(model, lines, choice.of(unsafe, random), withCache)
      } catch (error) {
        const last = JSON.stringify({ ...history.records[lines - 1], data: undefined })
        const cache = withCache ? 'with the cache of the machine' : 'without a cache'
        story = `history ${seed}, state ${tried}: power cut after line ${lines} of ${history.records.length} (${last}), ${choice.what} of ${unsafe.length} changes, ${cache}: ${error.stack}`
      }
      tried++
    }
    return { tried, story, lines: history.records.length }
  } finally {
    removeFolder(folder)
  }
}

process.on('message', async ({ seed, seconds }) => {
  const endMs = Date.now() + 1000 * seconds
  for (let number = seed; number === seed || Date.now() < endMs; number++)
    await tell({ seed: number, ...(await runHistory(number, endMs)) })
  setImmediate(() => process.disconnect())
})
