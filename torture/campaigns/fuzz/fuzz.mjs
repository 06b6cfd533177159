import { Random } from '../../repository/random.mjs'
import { mutated, mutatedText } from './mutate.mjs'
import { structures } from './structures.mjs'
import { targets as records } from './targets/records.mjs'
import { targets as storage } from './targets/storage.mjs'
import { targets as texts } from './targets/texts.mjs'
import { targets as trees } from './targets/trees.mjs'

/** By name: the parsers of the command line are loaded with classes of their own. */
const documented = new Set(['VarveError', 'CorruptError', 'BackendError'])

const inputsAtOnce = 2000
const structuresKept = 400
/** Of processor time, for one input. */
const secondsMax = 1
const peakBytesMax = 600 * 1024 * 1024
const failuresMax = 50

export const targets = [...records, ...storage, ...trees, ...texts]

/**
 * Feeds every decoder with changed valid inputs, and those of records with structures of fast-check too. Each must give a value
 * or one of the documented errors, at once and in little memory; and what it takes, it must give again byte for byte.
 */
export const run = async ({
  seed = 1,
  seconds = 60,
  inputs = Number.POSITIVE_INFINITY,
  log = () => {},
  only = '',
}) => {
  const chosen = targets.filter(({ name }) => name.includes(only))
  const random = new Random(seed)
  const result = { campaign: 'fuzz', tried: 0, failures: [], notes: '' }
  const startMs = performance.now()
  const fail = (story) => {
    result.failures.push({ seed, story })
    log(story)
  }
  let accepted = 0
  for (let round = 0; performance.now() - startMs < 1000 * seconds && result.tried < inputs; round++) {
    const kept = structures(seed + round, structuresKept)
    for (const target of chosen) {
      const batch = Math.max(1, Math.round(inputsAtOnce * (target.weight ?? 1)))
      accepted += fuzzTarget(target, batch, kept, random, fail)
      result.tried += batch
      if (process.resourceUsage().maxRSS * 1024 > peakBytesMax)
        return { ...result, notes: `${target.name} took too much memory` }
    }
    if (result.failures.length >= failuresMax) break
    if (round % 10 === 9) log(`fuzz: ${result.tried} inputs`)
  }
  const took = (performance.now() - startMs) / 1000
  const notes = `${chosen.length} decoders, ${Math.round(result.tried / took)} inputs a second, ${accepted} of them accepted`
  return { ...result, notes }
}

/** @returns how many inputs were accepted */
const fuzzTarget = (target, count, kept, random, fail) => {
  let accepted = 0
  for (let index = 0; index < count; index++) {
    const input = inputFor(target, kept, random)
    const startMs = performance.now()
    const complaint = complaintOf(target, input)
    const took = (performance.now() - startMs) / 1000
    if (complaint === 'accepted') accepted++
    else if (complaint !== undefined) fail(`${target.name}: ${shown(input)}: ${complaint}`)
    if (took <= secondsMax) continue
    const workedS = processorSeconds(() => complaintOf(target, input))
    if (workedS > secondsMax) fail(`${target.name}: ${shown(input)}: takes ${workedS.toFixed(1)} s`)
  }
  return accepted
}

/** What came late may only have waited for a busy machine: once more, by the processor time that this process takes. */
const processorSeconds = (action) => {
  const before = process.cpuUsage()
  action()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

const inputFor = (target, kept, random) => {
  const { valid, text, takesStructures } = target
  if (text) return mutatedText(random.pick(valid), random.pick(valid), random)
  if (!takesStructures || random.below(4) > 0) return mutated(random.pick(valid), random.pick(valid), random)
  const structure = random.pick(kept)
  return random.below(2) === 0 ? structure : mutated(structure, random.pick(valid), random)
}

/** 'accepted', undefined where it was refused as it should be, or what is wrong. */
const complaintOf = ({ decode, encode }, input) => {
  let value
  try {
    value = decode(input)
  } catch (error) {
    return documented.has(error?.name) && typeof error.code === 'string'
      ? undefined
      : String(error?.stack ?? error)
  }
  if (encode === undefined) return 'accepted'
  try {
    return encode(value).equals(input) ? 'accepted' : 'was accepted, and is not what would be written'
  } catch (error) {
    return `was accepted, and cannot be written again: ${error.stack}`
  }
}

const shown = (input) =>
  typeof input === 'string' ? JSON.stringify(input.slice(0, 300)) : input.subarray(0, 300).toString('hex')
