import type { OpenOptions } from '../../index.js'
import { invalidValue } from './invalid-value.js'

type Compression = NonNullable<OpenOptions['compression']>

export const compressionNames: readonly string[] = ['off', 'fast', 'default', 'max']

/** A name, or a level of zstd from 1 to 22. */
export const parseCompression = (text: string): Compression => {
  if (compressionNames.includes(text)) return text as Compression
  const level = Number(text)
  if (/^\d+$/.test(text) && level >= 1 && level <= 22) return level
  throw invalidValue(text, 'a compression: off, fast, default, max, or a zstd level from 1 to 22')
}
