import type { DataSubset } from '../../index.js'
import { parseByteSize } from './byte-size.js'
import { invalidValue } from './invalid-value.js'

const expected = 'a subset: 5% (at random), 2/7 (part 2 of 7) or a size such as 10G'

/** What `check --read-data-subset` takes. */
export const parseDataSubset = (text: string): DataSubset => {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)
  if (percent !== null) return inRange(text, Number(percent[1]))
  const part = /^(\d+)\/(\d+)$/.exec(text)
  if (part !== null) return ofParts(text, Number(part[1]), Number(part[2]))
  const bytes = parseByteSize(text)
  if (bytes === 0) throw invalidValue(text, expected)
  return { bytes }
}

const inRange = (text: string, percent: number): DataSubset => {
  if (percent <= 0 || percent > 100) throw invalidValue(text, expected)
  return { percent }
}

const ofParts = (text: string, part: number, of: number): DataSubset => {
  if (part < 1 || part > of) throw invalidValue(text, expected)
  return { part, of }
}
