import { readFile } from 'node:fs/promises'
import { VarveError } from '../../errors.js'
import { argumentBytes } from './argument-bytes.js'

/**
 * The paths that a file lists, as bytes and as they stand: one a line, or one before each NUL byte.
 * Nothing is trimmed or expanded, since every byte but the separator may be part of a name. `-` is standard input.
 */
export const readPathList = async (
  file: string,
  separator: '\n' | '\0',
  stdin: AsyncIterable<Uint8Array>,
): Promise<Buffer[]> => splitPaths(file === '-' ? await collect(stdin) : await readListed(file), separator)

export const splitPaths = (content: Buffer, separator: '\n' | '\0'): Buffer[] => {
  const paths: Buffer[] = []
  let start = 0
  while (start < content.length) {
    const found = content.indexOf(separator, start)
    const end = found === -1 ? content.length : found
    if (end > start) paths.push(content.subarray(start, end))
    start = end + 1
  }
  return paths
}

const readListed = async (file: string): Promise<Buffer> => {
  try {
    return await readFile(argumentBytes(file))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new VarveError('invalid-argument', `the list of paths cannot be read: ${why}`, { cause })
  }
}

const collect = async (stream: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}
