/** A hit costs one read in every run before the right one, a merge costs all its entries: eight is between the two. */
const RUNS_MAX = 8
/** Each run has at least so many times the entries of all smaller ones, so that an entry is copied a few times in its life. */
const GROWTH = 4

/**
 * How many of the smallest runs to merge into one; 0 when all can stay. `entryCounts` is in descending order.
 * With a growth of 4 eight runs reach from a thousand entries to sixteen million.
 */
export const runsToMerge = (entryCounts: readonly number[]): number => {
  const total = entryCounts.length
  let merged = total > RUNS_MAX ? total - RUNS_MAX + 1 : 0
  let smaller = 0
  for (let index = total - 1; index >= 0; index--) {
    if (entryCounts[index]! < smaller * GROWTH) merged = Math.max(merged, total - index)
    smaller += entryCounts[index]!
  }
  return merged
}
