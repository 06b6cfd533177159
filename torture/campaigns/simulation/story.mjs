import { Random } from '../../repository/random.mjs'

const steps = ['backup', 'backup', 'backup', 'change', 'change', 'restore', 'check', 'new cache']
const fates = ['fail', 'lose', 'late', 'twice', 'crash', 'fail', 'lose', 'crash']

/** Rates of faults, for each call that reads. */
const rates = [0, 0.003, 0.01, 0.02]
/** Where the order matters. */
const writesAreWorse = 10

/**
 * What happens in one world: who does what, and where faults come. It is data, so that parts can be left out of it.
 * @returns a story without a list of faults, which are then drawn on the way and written into it
 */
export const drawStory = (seed) => {
  const random = new Random(seed)
  const hosts = 1 + random.below(3)
  const actors = Array.from({ length: hosts + random.below(2) }, (_, index) => ({
    host: index % hosts,
    steps: Array.from({ length: 2 + random.below(4) }, () => random.pick(steps)),
  }))
  return { seed, strongLists: random.below(4) > 0, rate: random.pick(rates), actors }
}

/** Decides what becomes of each call, and keeps the list of what it decided. */
export class Faults {
  #known
  #random
  happened = []

  constructor(story) {
    this.story = story
    this.#random = new Random(story.seed + 1)
    const { faults } = story
    if (faults !== undefined)
      this.#known = new Map(faults.map(([actor, call, fate]) => [`${actor} ${call}`, fate]))
  }

  /** The fate of a call by its number among those of the actor. */
  of(actor, call, isWrite) {
    const fate =
      this.#known === undefined
        ? this.#draw(isWrite ? writesAreWorse : 1)
        : this.#known.get(`${actor} ${call}`)
    if (fate !== undefined) this.happened.push([actor, call, fate])
    return fate
  }

  #draw(worse) {
    if (this.#random.below(10_000) >= this.story.rate * worse * 10_000) return undefined
    return this.#random.pick(fates)
  }
}

/** Stories that lack one thing: an actor, a step, a fault. The largest parts come first. */
export function* shorter(story) {
  for (const [at, actor] of story.actors.entries())
    if (actor.steps.length > 1)
      yield { ...story, actors: replaced(story.actors, at, { ...actor, steps: [] }) }
  for (const [at, actor] of story.actors.entries())
    for (const step of actor.steps.keys()) {
      const kept = actor.steps.filter((_, index) => index !== step)
      yield { ...story, actors: replaced(story.actors, at, { ...actor, steps: kept }) }
    }
  for (const at of story.faults.keys())
    yield { ...story, faults: story.faults.filter((_, index) => index !== at) }
}

const replaced = (list, at, item) => list.map((old, index) => (index === at ? item : old))
