/** Below this a difference of two measurements is mostly noise. */
const cpuSMin = 0.05
/** Two points always lie on a line. */
const pointsMin = 3

/**
 * The slope of the cost over the number, both as logarithms, fitted by least squares: 1 where twice as many cost twice as
 * much, 0 where the number does not matter. Undefined where fewer than three points are above what can be measured.
 * @param {readonly { size: number, cpuS: number }[]} points
 * @param {number} startS what each of them costs whatever its size
 * @returns {number | undefined}
 */
export const exponentOf = (points, startS) => {
  const above = points
    .map(({ size, cpuS }) => ({ x: Math.log(size), cost: cpuS - startS }))
    .filter(({ cost }) => cost >= cpuSMin)
    .map(({ x, cost }) => ({ x, y: Math.log(cost) }))
  if (above.length < pointsMin) return undefined
  const meanX = mean(above.map(({ x }) => x))
  const meanY = mean(above.map(({ y }) => y))
  const covariance = mean(above.map(({ x, y }) => (x - meanX) * (y - meanY)))
  return covariance / mean(above.map(({ x }) => (x - meanX) ** 2))
}

/** @param {readonly number[]} numbers */
const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length
