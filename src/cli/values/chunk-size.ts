import { parseByteSize } from './byte-size.js'
import { invalidValue } from './invalid-value.js'

/** From this file offset on, chunks are 2^averageBits bytes long on average. */
export interface ChunkSizeLevel {
  readonly fromOffset: number
  readonly averageBits: number
}

/** `16K` for one average everywhere, `16K@0,32K@4M` for an average that grows with the offset in the file. */
export const parseChunkSize = (text: string): ChunkSizeLevel[] =>
  text.split(',').map((part) => parseLevel(part, text))

const parseLevel = (part: string, whole: string): ChunkSizeLevel => {
  const [size = '', offset = '0', ...rest] = part.split('@')
  const bytes = parseByteSize(size)
  const averageBits = Math.log2(bytes)
  if (rest.length > 0 || !Number.isInteger(averageBits)) {
    throw invalidValue(whole, 'a chunk size: powers of two, as in 16K or 16K@0,32K@4M')
  }
  return { fromOffset: parseByteSize(offset), averageBits }
}
