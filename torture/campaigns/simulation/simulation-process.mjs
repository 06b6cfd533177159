import { tell } from '../../inline/in-process.mjs'
import { seedProcess } from '../../inline/seeded-process.mjs'

seedProcess()
const { SimulatedWorld } = await import('./world.mjs')
const { drawStory, shorter } = await import('./story.mjs')

const shrinksMax = 200

/** What a world came to. */
const told = async (story) => {
  const world = new SimulatedWorld(story)
  const stuck = (error) => {
    throw error
  }
  try {
    await world.run()
    return { world, faults: world.faults.happened }
  } catch (error) {
    return { world, faults: world.faults.happened, error: error instanceof Error ? error : stuck(error) }
  }
}

/** Leaves out of a failing story whatever it fails without. */
const shrunk = async (story) => {
  let shortest = story
  let tries = 0
  for (let found = true; found; ) {
    found = false
    for (const candidate of shorter(shortest)) {
      if (++tries > shrinksMax) return shortest
      const { error } = await told(candidate)
      if (error === undefined) continue
      shortest = candidate
      found = true
      break
    }
  }
  return shortest
}

const runStory = async (story) => {
  const { world, faults, error } = await told(story)
  const { granted, digest } = world.scheduler
  const counts = { calls: granted, digest, snapshots: world.snapshots, faults: faults.length }
  if (error === undefined) return counts
  const shortest = await shrunk({ ...story, faults })
  const last = await told(shortest)
  return { ...counts, error: (last.error ?? error).stack, story: shortest }
}

/** Modules are loaded in real time, with the first use of each: a world in which that happens goes otherwise than the same world later. */
const warmUp = () =>
  told({ seed: 0, strongLists: true, rate: 0, actors: [{ host: 0, steps: ['backup', 'restore', 'check'] }] })

process.on('message', async ({ stories, seeds = [], endMs }) => {
  await warmUp()
  for (const story of stories ?? seeds.map(drawStory)) {
    if (Date.now() > endMs) break
    await tell({ seed: story.seed, ...(await runStory(story)) })
  }
  setImmediate(() => process.disconnect())
})
