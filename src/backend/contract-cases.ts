import type { ContractCase } from './contract-bench.js'
import { listingCases, readingCases, removingCases } from './contract-reading.js'
import { creatingCases, stagingCases } from './contract-writing.js'

/**
 * The promises of Backend as data. Whoever writes a backend runs them all, with runContractCase, on an empty place:
 * clearing temporaries would disturb other writers.
 */
export const contractCases: readonly ContractCase[] = [
  ...creatingCases,
  ...stagingCases,
  ...readingCases,
  ...listingCases,
  ...removingCases,
]
