import { load } from '../../../bench/machine/dist.mjs'
import { Random } from '../../repository/random.mjs'
import { byteDamages, kindOf, sampledByteDamages, wholeDamages } from './damages.mjs'
import { dependentsOf } from './dependents.mjs'
import { everyKind } from './every-kind.mjs'
import { Judge } from './judge.mjs'

const { slotIdOf } = await load('repository/slot-store.js')

/**
 * Damages a small repository that has every kind of object, one object at a time: a byte of each, however long that takes;
 * then all that can happen to whole files, and then every byte of every object, in an order that the seed gives, until the
 * time is over.
 */
export const run = async ({ seed = 1, seconds = 60, log = () => {} }) => {
  const world = await everyKind()
  try {
    return await damageAll(world, { seed, seconds, log })
  } finally {
    await world.repository[Symbol.asyncDispose]()
  }
}

const damageAll = async ({ repository, snapshots }, { seed, seconds, log }) => {
  const random = new Random(seed)
  const dependsOn = await dependentsOf(repository, snapshots)
  const ownSlot = `keys/${slotIdOf(repository.store.keys.slot)}`
  const judge = new Judge({ repository, snapshots, dependsOn, ownSlot }, random)
  const { objects } = repository
  const stages = [
    { stage: 'a byte of each object', damages: sampledByteDamages(objects, random), isBrief: true },
    { stage: 'whole objects', damages: wholeDamages(objects) },
    { stage: 'every byte', damages: byteDamages(objects) },
  ]
  const result = { campaign: 'damage', tried: 0, failures: [], notes: '' }
  const notes = []
  const endMs = Date.now() + 1000 * seconds
  for (const { stage, damages, isBrief } of stages) {
    let done = 0
    for (const damage of random.shuffled(damages)) {
      if (!isBrief && Date.now() >= endMs) break
      const complaints = await judge.judge(damage)
      done++
      for (const complaint of complaints) {
        const story = `${kindOf(damage.object)}: ${damage.object} ${damage.what}: ${complaint}`
        result.failures.push({ seed, story })
        log(story)
      }
      if (done % 1000 === 0) log(`damage: ${stage}: ${done} of ${damages.length}`)
    }
    result.tried += done
    notes.push(`${stage}: ${done} of ${damages.length}`)
  }
  return { ...result, notes: notes.join('; ') }
}
