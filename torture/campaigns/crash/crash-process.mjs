import { tell } from '../../inline/in-process.mjs'
import { useInlineThreads } from '../../inline/inline-threads.mjs'
import { Random } from '../../repository/random.mjs'

useInlineThreads()
const { World } = await import('./world.mjs')

const stepsMax = 24

/** @returns what the world came to, with a story where it failed */
const runWorld = async (number, tools, moments, endMs) => {
  const world = new World(number, new Random(number), tools, moments)
  let story
  try {
    await world.begin()
    for (let step = 1; step <= stepsMax && (step === 1 || Date.now() < endMs); step++) await world.step(step)
    await world.end()
  } catch (error) {
    story = `world ${number}: ${error.stack}\n  ${world.history.join('\n  ')}`
  } finally {
    world.remove()
  }
  return { number, story, counts: { ...Object.fromEntries(world.counts), worlds: 1 } }
}

process.on('message', async ({ first, stride, endMs, tools }) => {
  const moments = new Map()
  for (let number = first; number === first || Date.now() < endMs; number += stride)
    await tell(await runWorld(number, tools, moments, endMs))
  setImmediate(() => process.disconnect())
})
