import { KEY_RANGE } from './entry.js'

/**
 * The first page whose fence key is not below `key`. Ids are uniformly distributed, so the search starts where the key's
 * value says and doubles its step outward: a few neighbouring cache lines instead of seventeen scattered ones.
 */
export const lowerBoundInFence = (fence: Float64Array, key: number): number => {
  const pages = fence.length
  let low = Math.floor((key / KEY_RANGE) * pages)
  let high = low
  for (let step = 1; low > 0 && fence[low - 1]! >= key; step *= 2) {
    high = low - 1
    low = Math.max(0, low - step)
  }
  for (let step = 1; high < pages && fence[high]! < key; step *= 2) {
    low = high + 1
    high = Math.min(pages, high + step)
  }
  while (low < high) {
    const middle = (low + high) >>> 1
    if (fence[middle]! < key) low = middle + 1
    else high = middle
  }
  return low
}
