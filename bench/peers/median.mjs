/**
 * @param {readonly (number | undefined)[]} numbers
 * @returns {number | undefined} undefined where there is none
 */
export const median = (numbers) => {
  const sorted = known(numbers).sort((a, b) => a - b)
  if (sorted.length === 0) return undefined
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/**
 * How far apart the rounds were: greatest less smallest, as a part of the median.
 * @param {readonly number[]} numbers
 */
export const spread = (numbers) => {
  const middle = median(numbers)
  return middle === undefined ? undefined : (Math.max(...numbers) - Math.min(...numbers)) / middle
}

/** @param {readonly (number | undefined)[]} numbers */
const known = (numbers) => numbers.filter((number) => number !== undefined)
