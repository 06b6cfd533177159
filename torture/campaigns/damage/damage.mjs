import { load } from '../../../bench/machine/dist.mjs'
import { Random } from '../../repository/random.mjs'
import { CommandJudge, damagesForCommands } from './command-line.mjs'
import { byteDamages, kindOf, sampledByteDamages, wholeDamages } from './damages.mjs'
import { dependentsOf } from './dependents.mjs'
import { everyKind } from './every-kind.mjs'
import { Judge } from './judge.mjs'

const { slotIdOf } = await load('repository/slot-store.js')

/**
 * Damages a small repository that has every kind of object, one object at a time: a byte of each, however long that takes;
 * then all that can happen to whole files, some of it by the built command too, and then every byte of every object, in an order that the seed gives, until the
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
  const { objects } = repository
  const whole = { repository, snapshots, dependsOn, ownSlot }
  const judge = new Judge(whole, random)
  const commands = new CommandJudge(whole, random)
  try {
    return await runStages(stagesOf(objects, random, judge, commands), { random, seed, seconds, log })
  } finally {
    commands.remove()
  }
}

const stagesOf = (objects, random, judge, commands) => [
  { stage: 'a byte of each object', by: judge, damages: sampledByteDamages(objects, random), isBrief: true },
  { stage: 'whole objects', by: judge, damages: wholeDamages(objects) },
  { stage: 'by the built command', by: commands, damages: damagesForCommands(objects, random) },
  { stage: 'every byte', by: judge, damages: byteDamages(objects) },
]

const runStages = async (stages, { random, seed, seconds, log }) => {
  const result = { campaign: 'damage', tried: 0, failures: [], notes: '' }
  const notes = []
  const endMs = Date.now() + 1000 * seconds
  for (const { stage, by, damages, isBrief } of stages) {
    let done = 0
    for (const damage of random.shuffled(damages)) {
      if (!isBrief && Date.now() >= endMs) break
      const complaints = await by.judge(damage)
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
