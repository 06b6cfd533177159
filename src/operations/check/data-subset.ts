import type { RandomSource } from '../../crypto/random-source.js'
import { VarveError } from '../../errors.js'
import type { PackId } from '../../format/ids.js'
import type { CheckOptions, DataSubset } from './check-options.js'

type Sized = ReadonlyMap<PackId, number>

/** The packs whose data is read, largest first, so that threads end at about the same time. Errors: `invalid-argument`. */
export const packsToRead = (
  listed: Sized,
  { readData, readDataSubset }: CheckOptions,
  random: RandomSource,
): PackId[] => {
  if (readDataSubset === undefined && readData !== true) return []
  const chosen = readDataSubset === undefined ? [...listed.keys()] : subsetOf(listed, readDataSubset, random)
  return chosen.sort((a, b) => listed.get(b)! - listed.get(a)!)
}

const subsetOf = (listed: Sized, subset: DataSubset, random: RandomSource): PackId[] => {
  if ('part' in subset) return partOf(listed, subset)
  const packs = shuffled([...listed.keys()], random)
  if ('percent' in subset) {
    const { percent } = subset
    if (!(percent > 0 && percent <= 100)) throw invalid(`${percent}% is not a part of the data`)
    return packs.slice(0, Math.ceil((packs.length * percent) / 100))
  }
  if (!(subset.bytes > 0)) throw invalid(`${subset.bytes} bytes is not a part of the data`)
  let bytes = 0
  return packs.filter((id) => {
    const isTaken = bytes < subset.bytes
    if (isTaken) bytes += listed.get(id)!
    return isTaken
  })
}

/** By pack id: parts 1 to t, checked on different days, cover everything that did not come meanwhile. */
const partOf = (listed: Sized, { part, of }: { part: number; of: number }): PackId[] => {
  const isPart = Number.isSafeInteger(part) && Number.isSafeInteger(of) && part >= 1 && part <= of
  if (!isPart) throw invalid(`${part}/${of} is not a part of the data`)
  return [...listed.keys()].filter((id) => Number.parseInt(id.slice(0, 12), 16) % of === part - 1)
}

const invalid = (message: string): VarveError =>
  new VarveError('invalid-argument', message, {
    hint: 'Use a percentage such as 5%, a part such as 1/7, or a size such as 10G.',
  })

/** Fisher and Yates. The remainder favours some orders by less than one part in a million. */
const shuffled = <T>(items: T[], random: RandomSource): T[] => {
  for (let last = items.length - 1; last > 0; last--) {
    const other = Buffer.from(random(6)).readUIntLE(0, 6) % (last + 1)
    const moved = items[last]!
    items[last] = items[other]!
    items[other] = moved
  }
  return items
}
